-- Times are microseconds since 1970 (INTEGER), days are YYYY-MM-DD (TEXT), ids are the 16 bytes of
-- a UUID (BLOB), enumerations are names (TEXT) whose sets grow without a migration.

-- The database itself. Its epoch is drawn at creation, and anew after a restore: a place in the
-- feed is then never taken for one of another history.
CREATE TABLE meta (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    epoch BLOB NOT NULL CHECK (length(epoch) = 16)
) STRICT;

-- The administrator's key is deferred, for partner and administrator are made together; it names
-- the partner too, so that no account of another one can stand there.
CREATE TABLE partners (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    authority_version INTEGER NOT NULL,
    snapshot_version INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    caf_code TEXT NOT NULL,
    reference TEXT NOT NULL,
    name TEXT NOT NULL,
    siret TEXT,
    state TEXT NOT NULL,
    administrator_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (caf_code, reference),
    FOREIGN KEY (administrator_id, id) REFERENCES accounts (id, partner_id)
        DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- sort_name is the name with case and marks dropped, as lists are ordered; email_key is the keyed
-- digest that an address is looked up by. A postal address has its lines parted by line feeds.
CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    partner_id BLOB NOT NULL REFERENCES partners (id),
    version INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    contact_version INTEGER NOT NULL,
    state TEXT NOT NULL,
    stored_role TEXT NOT NULL,
    dismissed_by TEXT,
    identifier TEXT NOT NULL,
    identifier_key TEXT NOT NULL UNIQUE,
    user_number TEXT NOT NULL,
    user_number_key TEXT NOT NULL UNIQUE,
    family_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    email TEXT,
    email_key BLOB,
    phone TEXT,
    work_mode TEXT,
    contact_channel TEXT NOT NULL,
    postal_lines TEXT,
    postal_country TEXT,
    opening_date TEXT NOT NULL,
    closing_date TEXT,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    first_connected_at INTEGER,
    last_signed_in_at INTEGER,
    recovery_paused_until INTEGER,
    problem_since INTEGER,
    problem_delivery_id BLOB,
    problem_explanation TEXT,
    UNIQUE (id, partner_id),
    CHECK ((email IS NULL) = (email_key IS NULL)),
    CHECK ((postal_lines IS NULL) = (postal_country IS NULL)),
    CHECK (closing_date >= opening_date)
) STRICT;
CREATE INDEX accounts_by_email ON accounts (email_key, id);
CREATE INDEX accounts_by_name ON accounts (sort_name, id);
CREATE INDEX accounts_of_partner_by_name ON accounts (partner_id, sort_name, id);

CREATE TABLE agreements (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    partner_id BLOB NOT NULL REFERENCES partners (id),
    version INTEGER NOT NULL,
    reference TEXT NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    start_date TEXT NOT NULL,
    end_date TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (partner_id, reference),
    UNIQUE (id, partner_id)
) STRICT;
CREATE INDEX agreements_of_partner ON agreements (partner_id, id);

CREATE TABLE agreement_services (
    agreement_id BLOB NOT NULL REFERENCES agreements (id),
    service_code TEXT NOT NULL,
    PRIMARY KEY (agreement_id, service_code)
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    partner_id BLOB NOT NULL,
    agreement_id BLOB NOT NULL,
    housing_type TEXT NOT NULL,
    zone_code TEXT NOT NULL,
    zone_label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (agreement_id, housing_type, zone_code),
    UNIQUE (id, partner_id),
    FOREIGN KEY (agreement_id, partner_id) REFERENCES agreements (id, partner_id)
) STRICT;
CREATE INDEX groups_of_agreement ON groups (agreement_id, id);
CREATE INDEX groups_of_partner ON groups (partner_id, id);

-- Both keys name the partner: an account is never a member of another partner's group.
CREATE TABLE memberships (
    account_id BLOB NOT NULL,
    group_id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, group_id),
    FOREIGN KEY (account_id, partner_id) REFERENCES accounts (id, partner_id),
    FOREIGN KEY (group_id, partner_id) REFERENCES groups (id, partner_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_of_group ON memberships (group_id, account_id);

-- A session that has ended has no row. idle is in microseconds; tries counts those at the current
-- password.
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    token_digest BLOB NOT NULL UNIQUE CHECK (length(token_digest) = 32),
    account_id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    account_epoch INTEGER NOT NULL,
    partner_epoch INTEGER NOT NULL,
    next_step TEXT NOT NULL,
    factor TEXT NOT NULL,
    provisional_id BLOB,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    idle INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    client_address TEXT,
    client_user_agent TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (account_id, partner_id) REFERENCES accounts (id, partner_id)
) STRICT;
CREATE INDEX sessions_of_account ON sessions (account_id, created_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Failures by the keyed digest of what was typed, known or not.
CREATE TABLE throttles (
    identifier BLOB NOT NULL PRIMARY KEY CHECK (length(identifier) = 32),
    usual_consecutive INTEGER NOT NULL,
    usual_delaying INTEGER NOT NULL,
    usual_last_failure INTEGER,
    strange_consecutive INTEGER NOT NULL,
    strange_delaying INTEGER NOT NULL,
    strange_last_failure INTEGER,
    last_failure INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_by_age ON throttles (last_failure);

-- How many rows throttles has: counting millions at each sign-in would take too long.
CREATE TABLE throttle_size (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    size INTEGER NOT NULL
) STRICT;
INSERT INTO throttle_size (only_row, size) VALUES (1, 0);
CREATE TRIGGER throttles_grow AFTER INSERT ON throttles BEGIN
    UPDATE throttle_size SET size = size + 1;
END;
CREATE TRIGGER throttles_shrink AFTER DELETE ON throttles BEGIN
    UPDATE throttle_size SET size = size - 1;
END;

-- From where someone has signed in lately: both columns are keyed digests.
CREATE TABLE usual_addresses (
    identifier BLOB NOT NULL CHECK (length(identifier) = 32),
    address BLOB NOT NULL CHECK (length(address) = 32),
    last_success_at INTEGER NOT NULL,
    PRIMARY KEY (identifier, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX usual_addresses_by_age ON usual_addresses (last_success_at);

-- The outbox: it holds no secret. due_at is when a worker may take the row: the next try of a
-- queued one, the end of the lease of one being sent. recipient is where it went. subject_email is
-- another address than the account's own. recovery_request_id and recovery_email_key are what the
-- limits of recovery count by.
CREATE TABLE deliveries (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    account_id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    subject_role TEXT,
    subject_email TEXT,
    recipient TEXT,
    contact_version INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    state_at INTEGER NOT NULL,
    due_at INTEGER,
    lease_id BLOB,
    failure TEXT,
    recovery_request_id BLOB,
    recovery_email_key BLOB,
    CHECK ((state IN ('QUEUED', 'SENDING')) = (due_at IS NOT NULL)),
    CHECK ((state = 'SENDING') = (lease_id IS NOT NULL)),
    FOREIGN KEY (account_id, partner_id) REFERENCES accounts (id, partner_id)
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (channel, (cause = 'RECOVERY'), created_at, id)
    WHERE state IN ('QUEUED', 'SENDING');
CREATE INDEX deliveries_of_account ON deliveries (account_id, id);
CREATE INDEX deliveries_of_partner ON deliveries (partner_id, id);
CREATE INDEX deliveries_counted_by_account ON deliveries (account_id, cause, created_at);
CREATE INDEX deliveries_counted_by_partner ON deliveries (partner_id, created_at)
    WHERE cause IN ('CREATION', 'REISSUE');
CREATE INDEX deliveries_counted_by_address ON deliveries (recovery_email_key, created_at)
    WHERE recovery_email_key IS NOT NULL;

-- A password that is spent or voided has no hash any more.
CREATE TABLE provisional_passwords (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    account_id BLOB NOT NULL REFERENCES accounts (id),
    delivery_id BLOB NOT NULL REFERENCES deliveries (id),
    channel TEXT NOT NULL,
    selector TEXT NOT NULL,
    hash TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER,
    voided_at INTEGER,
    CHECK ((hash IS NULL) = (spent_at IS NOT NULL OR voided_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX provisional_passwords_live ON provisional_passwords (account_id, selector)
    WHERE spent_at IS NULL AND voided_at IS NULL;
CREATE INDEX provisional_passwords_of_delivery ON provisional_passwords (delivery_id);

-- What was typed stands here until a worker has resolved it, and then the row is gone.
CREATE TABLE recovery_requests (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    made_at INTEGER NOT NULL,
    submitted_as TEXT NOT NULL,
    submitted TEXT NOT NULL,
    caller TEXT NOT NULL,
    client_address TEXT,
    client_user_agent TEXT,
    lease_id BLOB,
    lease_until INTEGER
) STRICT;
CREATE INDEX recovery_requests_by_age ON recovery_requests (made_at, id);

-- What callers named, so that it is carried out once. scope and body are keyed digests.
CREATE TABLE request_ids (
    scope BLOB NOT NULL CHECK (length(scope) = 32),
    id BLOB NOT NULL CHECK (length(id) = 16),
    body BLOB NOT NULL CHECK (length(body) = 32),
    carried_out_at INTEGER NOT NULL,
    result TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_ids_by_age ON request_ids (carried_out_at);

-- The feed of changes: a place is never given twice, even when the newest rows are gone.
CREATE TABLE changes (
    place INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    partner_id BLOB NOT NULL REFERENCES partners (id),
    snapshot_version INTEGER NOT NULL,
    committed_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- The record, in the order of writing. What could name a person stands apart: the row keeps only
-- its salted digest, and stays provable when the other is erased.
CREATE TABLE audit_events (
    place INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    caller TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_account_id BLOB,
    actor_agent TEXT,
    partner_id BLOB,
    account_id BLOB,
    attributes TEXT NOT NULL,
    personal_digest BLOB NOT NULL CHECK (length(personal_digest) = 32)
) STRICT;

CREATE TABLE audit_personal (
    event_id BLOB NOT NULL PRIMARY KEY REFERENCES audit_events (id),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    personal TEXT NOT NULL
) STRICT, WITHOUT ROWID;
