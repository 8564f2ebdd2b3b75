-- What is remembered of single machines, and how often images were booted. Version 1.

CREATE TABLE machine (
    mac INTEGER PRIMARY KEY,      -- Ethernet address as a number, first byte highest
    loader TEXT,                  -- name of the loader that it is given; NULL: the first of its list
    entry TEXT,                   -- name of the menu entry that it starts by default; NULL: the settings'
    changed INTEGER NOT NULL      -- seconds since 1970
) STRICT;

CREATE TABLE tried_way (
    mac INTEGER NOT NULL REFERENCES machine (mac) ON DELETE CASCADE,
    place INTEGER NOT NULL,       -- 0: the latest
    image TEXT NOT NULL,
    way TEXT NOT NULL,
    worked INTEGER NOT NULL CHECK (worked IN (0, 1)),
    PRIMARY KEY (mac, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE image_boots (
    image TEXT PRIMARY KEY,
    begun INTEGER NOT NULL,
    finished INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
