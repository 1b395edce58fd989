-- The operator's area: ways in, and what its pages tell.

-- Single-use links that begin a session.
CREATE TABLE operator_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;

CREATE TABLE operator_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL
) WITHOUT ROWID;

-- Tokens of programs.
CREATE TABLE operator_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT
) WITHOUT ROWID;

-- When an installation last proved itself with each of its keys.
CREATE TABLE client_keys (
    installation_id BIGINT NOT NULL,
    kid TEXT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, kid)
) WITHOUT ROWID;

-- Connections are counted by state, and those that have to wait are found without reading the others.
CREATE INDEX connections_by_state ON connections (installation_id, state);
CREATE INDEX connections_cooling ON connections (cooling_until) WHERE cooling_until IS NOT NULL;
