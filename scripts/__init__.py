"""Scripts: what developers run; nothing here is part of what is installed."""
