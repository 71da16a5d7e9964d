"""NodeChain: a real node behind the chain port.

Questions are put and answers are read here, strictly, because a batch or a page of events must not pass through per-call
objects. Rule: an answer that is not exactly what was asked for is no answer, ``Unavailable``; nothing in it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from ledger.chain import abi
from ledger.chain.port import Appended, Block, JournalHead, Look, TransactionReceipt
from ledger.chain.rules import refusal
from ledger.chain.transport import Transport
from ledger.errors import Refused, Unavailable

_SEND: Final = "eth_sendRawTransaction"
_KNOWN = ("already known", "already imported", "known transaction", "alreadyknown")
_TOO_MANY = ("too many", "range", "limit", "exceed", "larger")


class NodeChain:
    """The port over one JSON-RPC endpoint.

    Args:
        journal: address of the journal, 20 bytes.
        timeout: seconds to wait for one answer.
        log_range: how many blocks to ask events for at once.
    """

    def __init__(
        self, url: str, *, chain_id: int, journal: bytes, timeout: float = 10.0, log_range: int = 2_000
    ) -> None:
        self._transport = Transport(url, timeout)
        self.url = self._transport.url
        self._expected = chain_id
        self._journal = journal
        self._log_range = log_range
        self._checked = False

    def chain_id(self) -> int:
        """See the port."""
        return _quantity(self._ask("eth_chainId", [], checked=False))

    def head(self) -> Block:
        """See the port."""
        found = self._ask("eth_getBlockByNumber", ["latest", False])
        if found is None:
            raise Unavailable(f"the node at {self.url} has no block")
        return _block(found)

    def block(self, number: int) -> Block | None:
        """See the port."""
        found = self._ask("eth_getBlockByNumber", [hex(number), False])
        return None if found is None else _block(found)

    def appended(self, first_block: int, last_block: int) -> Sequence[Appended]:
        """See the port."""
        events: list[Appended] = []
        start, step = first_block, self._log_range
        while start <= last_block:
            end = min(start + step - 1, last_block)
            try:
                logs = self._ask(
                    "eth_getLogs",
                    [
                        {
                            "address": _hex(self._journal),
                            "fromBlock": hex(start),
                            "toBlock": hex(end),
                            "topics": [_hex(abi.topic(abi.APPENDED))],
                        }
                    ],
                )
            except Unavailable as error:
                if step > 1 and any(word in str(error).lower() for word in _TOO_MANY):
                    step = max(1, step // 2)
                    continue
                raise
            events += [_appended(log, self._journal) for log in _list(logs)]
            start = end + 1
        return sorted(events, key=lambda event: (event.block_number, event.log_index))

    def journal_head(self) -> JournalHead:
        """See the port."""
        answer = self.ask_contract(self._journal, abi.head())
        try:
            return abi.read_head(answer)
        except abi.MalformedAnswer as error:
            raise Unavailable(f"no journal answers at {_hex(self._journal)}: {error}") from error

    def look(self, registry: bytes, member: str, tags: Sequence[bytes]) -> Look:
        """See the port."""
        answer = self.ask_contract(registry, abi.look(member, tags))
        try:
            return abi.read_look(answer, len(tags))
        except abi.MalformedAnswer as error:
            raise Unavailable(f"no registry answers at {_hex(registry)}: {error}") from error

    def next_nonce(self, account: bytes) -> int:
        """See the port."""
        return _quantity(self._ask("eth_getTransactionCount", [_hex(account), "latest"]))

    def simulate(self, account: bytes, to: bytes, calldata: bytes) -> int:
        """See the port."""
        call = {"from": _hex(account), "to": _hex(to), "data": _hex(calldata), "gasPrice": "0x0"}
        return _quantity(self._ask("eth_estimateGas", [call]))

    def send(self, raw: bytes) -> None:
        """See the port."""
        try:
            self._ask(_SEND, [_hex(raw)])
        except _NodeError as error:
            refused = self._not_taken(raw, error)
            if refused is not None:
                raise refused from error

    def send_all(self, raws: Sequence[bytes]) -> Sequence[Refused | None]:
        """See the port."""
        answers = self._ask_together(_SEND, [[_hex(raw)] for raw in raws]) if len(raws) > 1 else None
        if answers is None:
            return [self._sent_alone(raw) for raw in raws]
        found: list[Refused | None] = []
        for raw, answer in zip(raws, answers, strict=True):
            problem = _refused(_SEND, answer["error"]) if answer.get("error") is not None else None
            found.append(self._not_taken(raw, problem) if isinstance(problem, _NodeError) else problem)
        return found

    def _sent_alone(self, raw: bytes) -> Refused | None:
        try:
            self.send(raw)
        except Refused as refused:
            return refused
        return None

    def _not_taken(self, raw: bytes, error: _NodeError) -> Refused | None:
        """Return the refusal that the node's error means, or None when it knows the transaction already."""
        from eth_hash.auto import keccak

        message = str(error).lower()
        if any(word in message for word in _KNOWN) or self.receipt(bytes(keccak(raw))) is not None:
            return None
        code = "NODE_NONCE_TOO_LOW" if "nonce too low" in message else "NODE_REFUSED"
        return Refused(code, f"the node refused the transaction: {error.reason}")

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        """See the port."""
        found = self._ask("eth_getTransactionReceipt", [_hex(transaction)])
        if found is None or _field(found, "blockNumber") is None:
            return None
        return TransactionReceipt(
            transaction,
            _quantity(_field(found, "blockNumber")),
            _data(_field(found, "blockHash"), 32),
            _quantity(_field(found, "status")) == 1,
            _quantity(_field(found, "gasUsed")),
        )

    def code(self, address: bytes) -> bytes:
        """Return the code at ``address``; empty when there is no contract."""
        return _data(self._ask("eth_getCode", [_hex(address), "latest"]))

    def ask_contract(self, to: bytes, calldata: bytes) -> bytes:
        """Return what a contract answers to a call at the newest block."""
        return _data(self._ask("eth_call", [{"to": _hex(to), "data": _hex(calldata)}, "latest"]))

    def _ask(self, method: str, params: list[Any], *, checked: bool = True) -> Any:
        if checked:
            self._require_expected()
        answer = self._answered(partial(self._transport.ask, method, params))
        if not isinstance(answer, dict):
            raise Unavailable(
                f"the node at {self.url} answered {method} with something that is not an object"
            )
        problem = answer.get("error")
        if problem is not None:
            raise _refused(method, problem)
        if "result" not in answer:
            raise Unavailable(f"the node at {self.url} answered {method} without a result")
        return answer["result"]

    def _ask_together(self, method: str, params: Sequence[list[Any]]) -> list[dict[str, Any]] | None:
        """Return the node's answers to calls in one request, or None when it does not take calls together."""
        self._require_expected()
        answers = self._answered(partial(self._transport.ask_together, method, params))
        if not isinstance(answers, list):
            return None
        if len(answers) != len(params) or not all(
            isinstance(one, dict) and ("result" in one or one.get("error") is not None) for one in answers
        ):
            raise Unavailable(
                f"the node at {self.url} did not answer {len(params)} calls of {method} one by one"
            )
        # A node may answer in another order than it was asked in (JSON-RPC 2.0 section 6).
        by_number = {one.get("id"): one for one in answers}
        if by_number.keys() != set(range(len(params))):
            raise Unavailable(f"the node at {self.url} answered other calls of {method} than it was asked")
        return [by_number[place] for place in range(len(params))]

    def _require_expected(self) -> None:
        if not self._checked:
            found = self.chain_id()
            if found != self._expected:
                raise Unavailable(
                    f"the node at {self.url} is on chain {found}, expected chain {self._expected}"
                )
            self._checked = True

    def _answered(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Unavailable:
            self._checked = False  # another node may answer there next
            raise


class _NodeError(Unavailable):
    """The node answered with an error of its own; ``reason`` is its message."""

    def __init__(self, method: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the node answered {method} with an error: {reason}")


def _refused(method: str, problem: Any) -> Refused | _NodeError:
    """Return the exception for a JSON-RPC error: a contract's rule, or the node's own trouble."""
    if not isinstance(problem, dict):
        return _NodeError(method, str(problem)[:300])
    data = problem.get("data")
    if isinstance(data, dict):
        data = data.get("data")
    if isinstance(data, str) and data.startswith("0x"):
        try:
            found = refusal(bytes.fromhex(data[2:]))
        except ValueError:
            found = None
        if found is not None:
            return found
        if "revert" in str(problem.get("message", "")).lower():
            return Refused(
                "REVERTED", f"the contract refused: {str(problem.get('message'))[:300]}", {"data": data}
            )
    return _NodeError(method, str(problem.get("message", problem))[:300])


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise Unavailable(f"the node's answer has no {name}")
    return value[name]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unavailable("the node's answer is not a list")
    return value


def _quantity(value: Any) -> int:
    if isinstance(value, str) and value.startswith("0x") and len(value) > 2:
        try:
            return int(value, 16)
        except ValueError:
            pass
    raise Unavailable(f"the node answered {str(value)[:80]!r}, expected a hexadecimal quantity")


def _data(value: Any, length: int | None = None) -> bytes:
    if isinstance(value, str) and value.startswith("0x"):
        try:
            data = bytes.fromhex(value[2:])
        except ValueError:
            data = None
        if data is not None and (length is None or len(data) == length):
            return data
    raise Unavailable(
        f"the node answered {str(value)[:80]!r}, expected {length or 'some'} bytes in hexadecimal"
    )


def _block(found: Any) -> Block:
    return Block(
        _quantity(_field(found, "number")),
        _data(_field(found, "hash"), 32),
        _data(_field(found, "parentHash"), 32),
        _quantity(_field(found, "timestamp")),
    )


def _appended(log: Any, journal: bytes) -> Appended:
    if _data(_field(log, "address"), 20) != journal or log.get("removed"):
        raise Unavailable("the node answered an event of another contract, or one that was removed")
    topics = [_data(topic, 32) for topic in _list(_field(log, "topics"))]
    try:
        first, author, time, count, head, tails = abi.read_appended(topics, _data(_field(log, "data")))
    except abi.MalformedAnswer as error:
        raise Unavailable(f"the node answered an event that cannot be read: {error}") from error
    return Appended(
        block_number=_quantity(_field(log, "blockNumber")),
        block_digest=_data(_field(log, "blockHash"), 32),
        log_index=_quantity(_field(log, "logIndex")),
        transaction=_data(_field(log, "transactionHash"), 32),
        first=first,
        author=author,
        time=time,
        count=count,
        head=head,
        tails=tails,
    )
