-- The login page's first schema.
--
-- Truth values are 0 and 1; instants are whole microseconds since 1970 UTC; lists are JSON. What is secret is sealed
-- (a BLOB bound to its place) or stored as a SHA-256 in hexadecimal. Installation 0 stands for the login page itself.

CREATE TABLE counters (
    installation_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (installation_id, name)
) WITHOUT ROWID;

CREATE TABLE audit (
    installation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    ip TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (installation_id, seq)
);
CREATE TRIGGER audit_keeps_every_record BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;
CREATE TRIGGER audit_changes_no_record
BEFORE UPDATE OF installation_id, seq, at, actor, action, object, outcome, reason, request_id, prev_hash, hash ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;

-- Who may ask for sign-ins and tokens: one client for each installation.
CREATE TABLE installations (
    id BIGINT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    public_keys TEXT NOT NULL,
    redirects TEXT NOT NULL,
    start_url TEXT NOT NULL,
    logout_url TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE domains (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    domain TEXT NOT NULL,
    provider TEXT NOT NULL,
    subdomains BIGINT NOT NULL,
    tenant TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, domain, provider)
) WITHOUT ROWID;
CREATE INDEX domains_by_name ON domains (domain);

-- Data keys, wrapped by a master key that is not in this database.
CREATE TABLE data_keys (
    installation_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, number)
) WITHOUT ROWID;

-- Our own signing keys: published before they sign, and for some time after.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    public_jwk TEXT NOT NULL,
    private_key BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    listed_until BIGINT
) WITHOUT ROWID;

-- What an installation asked for, pushed or brought by the browser.
CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    purpose TEXT NOT NULL,
    provider TEXT,
    redirect_uri TEXT NOT NULL,
    state TEXT NOT NULL,
    nonce TEXT NOT NULL,
    challenge TEXT NOT NULL,
    prompt TEXT NOT NULL,
    login_hint TEXT NOT NULL,
    account TEXT NOT NULL,
    browser TEXT,
    approved BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    done_at BIGINT
) WITHOUT ROWID;
CREATE INDEX requests_by_expiry ON requests (expires_at);

-- One trip to a provider, bound to the browser that began it.
CREATE TABLE attempts (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser TEXT NOT NULL,
    provider TEXT NOT NULL,
    purpose TEXT NOT NULL,
    installation_id BIGINT NOT NULL,
    request TEXT,
    consent_link TEXT,
    tenant TEXT NOT NULL,
    leg TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX attempts_by_browser ON attempts (browser, created_at);
CREATE INDEX attempts_by_expiry ON attempts (expires_at);

-- Everybody who has ever signed in here, by what a provider never gives to anybody else.
CREATE TABLE people (
    handle TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    realm TEXT NOT NULL,
    subject TEXT NOT NULL,
    address TEXT,
    vouched BIGINT NOT NULL,
    name TEXT NOT NULL,
    workspace TEXT,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    UNIQUE (provider, realm, subject)
) WITHOUT ROWID;

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE session_people (
    session TEXT NOT NULL,
    handle TEXT NOT NULL REFERENCES people (handle),
    signed_in_at BIGINT NOT NULL,
    PRIMARY KEY (session, handle)
) WITHOUT ROWID;
CREATE INDEX session_people_by_handle ON session_people (handle);

-- Where this browser has gone as whom: the second time nobody is asked.
CREATE TABLE session_visits (
    session TEXT NOT NULL,
    installation_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    sid TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (session, installation_id, handle)
) WITHOUT ROWID;
CREATE INDEX session_visits_by_handle ON session_visits (handle, installation_id);

CREATE TABLE codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    handle TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    sid TEXT NOT NULL,
    connection TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- Client assertions that have been used, until they expire.
CREATE TABLE assertions (
    installation_id BIGINT NOT NULL,
    id_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id_hash)
) WITHOUT ROWID;
CREATE INDEX assertions_by_expiry ON assertions (expires_at);

-- Grants at providers.
CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    realm TEXT NOT NULL,
    subject TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    attention TEXT,
    scopes TEXT NOT NULL,
    refresh_token BLOB,
    previous_token BLOB,
    generation BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    lease_until BIGINT,
    cooling_until BIGINT,
    claims TEXT,
    granted_at BIGINT NOT NULL,
    renewed_at BIGINT NOT NULL,
    keep_alive_at BIGINT,
    UNIQUE (installation_id, kind, provider, realm, subject)
) WITHOUT ROWID;
CREATE INDEX connections_by_keep_alive ON connections (keep_alive_at) WHERE keep_alive_at IS NOT NULL;

CREATE TABLE access_tokens (
    connection TEXT NOT NULL REFERENCES connections (id),
    need TEXT NOT NULL,
    token BLOB NOT NULL,
    scopes TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    renew_at BIGINT NOT NULL,
    PRIMARY KEY (connection, need)
) WITHOUT ROWID;

-- Links that ask an administrator of a tenant to agree.
CREATE TABLE consent_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
