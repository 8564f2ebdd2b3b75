-- What machines start next time. Version 1.

CREATE TABLE next_boot (
    mac INTEGER PRIMARY KEY,      -- Ethernet address as a number, first byte highest
    entry BLOB NOT NULL,          -- name of a menu entry, UTF-8
    once INTEGER NOT NULL CHECK (once IN (0, 1))
) STRICT;

PRAGMA user_version = 1;
