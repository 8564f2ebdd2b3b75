-- The catalog database, from version 1 to 2: answers for unattended installations, and groups of clients.

-- Lists hold one entry in each line.
CREATE TABLE answer (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,           -- preseed, kickstart, cloud-init, autoyast, agama, unattend, proxmox
    description TEXT NOT NULL,
    content TEXT NOT NULL,
    images TEXT NOT NULL,         -- paths in the folder of images
    clients TEXT NOT NULL,        -- Ethernet addresses
    client_groups TEXT NOT NULL   -- names
) STRICT;

CREATE TABLE client_group (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    description TEXT NOT NULL,
    members TEXT NOT NULL,        -- Ethernet addresses
    images TEXT NOT NULL          -- paths of the images that they may start besides the public ones
) STRICT;

PRAGMA user_version = 2;
