// Complete package-lock.json for platforms whose packages the registry at hand does not serve.
// npm leaves such optional packages out when it writes the lock, and `npm ci` then refuses the lock. Each is added with name,
// version, os and cpu. Their digests cannot be known here: on such a platform npm pins the version only, so the lock
// should be written again there (`make lock`) before anybody relies on it.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2] ?? "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
const SYSTEMS = ["darwin", "linux", "win32", "freebsd", "openbsd", "netbsd", "sunos", "aix", "android", "openharmony"];
const PROCESSORS = { amd64: "x64", x64: "x64", arm64: "arm64", ia32: "ia32", arm: "arm", riscv64: "riscv64", ppc64: "ppc64", s390x: "s390x", loong64: "loong64", mips64el: "mips64el" };

let added = 0;
for (const [place, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = place === "" ? null : `${place}/node_modules/${name}`;
    const key = `node_modules/${name}`;
    if (lock.packages[key] || (nested && lock.packages[nested])) continue;
    const parts = name.split("/").at(-1).split(/[-.]/);
    const system = SYSTEMS.find((known) => parts.includes(known));
    const processor = Object.keys(PROCESSORS).find((known) => parts.includes(known));
    lock.packages[key] = {
      version: range.replace(/^[\^~=v]+/, ""),
      ...(processor ? { cpu: [PROCESSORS[processor]] } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(system ? { os: [system] } : {}),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to ${file}`);
