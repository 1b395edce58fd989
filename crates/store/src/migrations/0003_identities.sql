-- Who signs in through the login page: identities bound to associates, invitations, sign-ins under way, and what an
-- administrator has to decide. Secrets are stored as their SHA-256.

CREATE TABLE identities (
    installation_id BIGINT NOT NULL,
    provider TEXT NOT NULL,
    realm TEXT NOT NULL,
    subject TEXT NOT NULL,
    associate_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    bound_by TEXT NOT NULL,
    bound_at BIGINT NOT NULL,
    last_sign_in BIGINT,
    PRIMARY KEY (installation_id, provider, realm, subject),
    FOREIGN KEY (installation_id, associate_id) REFERENCES associates (installation_id, id)
) WITHOUT ROWID;
CREATE INDEX identities_by_associate ON identities (installation_id, associate_id);

CREATE TABLE invitations (
    token_hash TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL,
    associate_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    FOREIGN KEY (installation_id, associate_id) REFERENCES associates (installation_id, id)
) WITHOUT ROWID;
CREATE INDEX invitations_by_associate ON invitations (installation_id, associate_id);

-- A browser on its way to the login page. `proof_hash` is of the cookie it has to come back with.
CREATE TABLE sign_in_trips (
    state_hash TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL,
    proof_hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    invitation TEXT NOT NULL,
    associate_id BIGINT,
    target TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;

-- Statements of the login page that have been used, until they expire.
CREATE TABLE used_statements (
    installation_id BIGINT NOT NULL,
    id_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id_hash)
) WITHOUT ROWID;

-- Which session of ours began from which session of the login page.
CREATE TABLE session_origins (
    installation_id BIGINT NOT NULL,
    sid TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, sid, token_hash)
) WITHOUT ROWID;

-- Sign-ins that were refused and that an administrator has to look at. One row for each key and reason while it is open.
CREATE TABLE sign_in_tasks (
    installation_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    associate_id BIGINT,
    provider TEXT NOT NULL,
    realm TEXT NOT NULL,
    subject TEXT NOT NULL,
    handle TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT NOT NULL,
    resolution TEXT NOT NULL,
    PRIMARY KEY (installation_id, id)
) WITHOUT ROWID;
CREATE INDEX sign_in_tasks_open ON sign_in_tasks (installation_id, resolved_at, last_at);
