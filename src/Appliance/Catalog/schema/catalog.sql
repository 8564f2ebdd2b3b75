-- The catalog database. Version 1.

-- Settings made at run time; those of the settings file are the defaults.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row: how the clock of sessions goes on after a restart (see leases.sql).
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot_id BLOB NOT NULL,
    offset_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    name TEXT PRIMARY KEY,
    role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    password TEXT NOT NULL        -- pbkdf2-sha256$rounds$salt$key, both in base64
) STRICT;

CREATE TABLE session (
    token BLOB PRIMARY KEY,       -- SHA-256 of the token: who reads this file cannot sign in with it
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    expires_s INTEGER NOT NULL    -- on the clock above
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,             -- what the box believed the time to be; the order is that of the ids
    account TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL
) STRICT;

-- What an image's owner said of it. An image without a row is as its file is.
CREATE TABLE image (
    path TEXT PRIMARY KEY,        -- in the folder of images
    name TEXT,
    description TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    public INTEGER NOT NULL CHECK (public IN (0, 1)),
    "group" TEXT,                 -- NULL: the folder's
    "order" INTEGER NOT NULL,
    boot_method TEXT NOT NULL,
    parameters TEXT NOT NULL,
    source TEXT                   -- where it was downloaded from
) STRICT;

CREATE TABLE image_group (
    path TEXT PRIMARY KEY COLLATE NOCASE,        -- folders with slashes between
    name TEXT,
    "order" INTEGER NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
) STRICT;

CREATE TABLE client (
    mac TEXT PRIMARY KEY,         -- 52:54:00:12:34:56
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    show_public INTEGER NOT NULL CHECK (show_public IN (0, 1)),
    images TEXT NOT NULL          -- paths of the images that it may start besides, one in each line
) STRICT;

PRAGMA user_version = 1;
