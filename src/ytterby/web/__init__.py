"""The browser shell: `ytterby serve` answers with the same numbers as the commands, on this machine, offline."""
