-- The lease database. Version 1.

-- One row: how the lease clock goes on after a restart. It counts the time in which the box ran and never jumps; boards
-- have no battery-backed clock, and no lease may end because the time of day arrives.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot_id BLOB NOT NULL,        -- /proc/sys/kernel/random/boot_id: which boot of the kernel
    offset_ms INTEGER NOT NULL,   -- the lease clock less the clock of that boot
    seen_ms INTEGER NOT NULL      -- the lease clock when this row was written
) STRICT;

CREATE TABLE lease (
    address INTEGER PRIMARY KEY,  -- IPv4 address as a number
    identity BLOB NOT NULL,       -- option 61, else htype and chaddr (RFC 2131 section 4.2)
    chaddr INTEGER NOT NULL,      -- Ethernet address as a number; 0: none
    expires_s INTEGER             -- on the lease clock; NULL: never
) STRICT;

PRAGMA user_version = 1;
