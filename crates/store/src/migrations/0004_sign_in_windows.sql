-- Sign-ins in a window of their own: the code by which the page that opened it takes the session over, once, within a
-- minute.
CREATE TABLE sign_in_windows (
    code_hash TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
