-- What happens to documents at their places without us.

-- Listening to a place: where reading was left, and the watch that tells of changes.
CREATE TABLE feeds (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    plugin BIGINT NOT NULL,
    cursor TEXT,
    watch TEXT,
    watch_until BIGINT,
    read_at BIGINT,
    told_at BIGINT,
    compared_at BIGINT,
    compare BIGINT NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '',
    troubled_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (installation_id, plugin)
) WITHOUT ROWID;

-- Documents that are not where and as they were filed.
CREATE TABLE documents_outside (
    installation_id BIGINT NOT NULL,
    document_id BIGINT NOT NULL,
    missing_since BIGINT,
    moved_to TEXT,
    PRIMARY KEY (installation_id, document_id),
    FOREIGN KEY (installation_id, document_id) REFERENCES documents (installation_id, id)
) WITHOUT ROWID;

-- What others did to a document at its place.
CREATE TABLE happenings (
    installation_id BIGINT NOT NULL,
    document_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (installation_id, document_id, number),
    FOREIGN KEY (installation_id, document_id) REFERENCES documents (installation_id, id)
) WITHOUT ROWID;
