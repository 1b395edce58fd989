-- Files on their way to becoming a template's, and mail merges.

-- A file that was looked at and is not published: its content waits here, so that nothing is lost when it is refused.
-- `about` is what was typed about a template that does not exist yet, as JSON; blank for a file of one that does.
CREATE TABLE template_drafts (
    installation_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    template_id BIGINT,
    language TEXT NOT NULL,
    file_name TEXT NOT NULL,
    about TEXT NOT NULL,
    size BIGINT NOT NULL,
    content BLOB NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    FOREIGN KEY (installation_id, template_id) REFERENCES templates (installation_id, id)
);
CREATE INDEX template_drafts_by_template ON template_drafts (installation_id, template_id, language);

-- One mail merge: a template and the records it makes documents for. `ask` is what was chosen, as JSON.
-- Operation ids are made from `seed` and `created_at`, so that no record gets two documents.
CREATE TABLE mailings (
    installation_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    joined BIGINT NOT NULL,
    ask TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    round BIGINT NOT NULL,
    document_id BIGINT,
    seed BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    FOREIGN KEY (installation_id, template_id) REFERENCES templates (installation_id, id),
    FOREIGN KEY (installation_id, created_by) REFERENCES associates (installation_id, id)
);
CREATE INDEX mailings_running ON mailings (state, lease_until);

-- The records of a mail merge, in their order. `tries` counts the operations that were withdrawn.
CREATE TABLE mailing_records (
    installation_id BIGINT NOT NULL,
    mailing_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    tries BIGINT NOT NULL,
    document_id BIGINT,
    PRIMARY KEY (installation_id, mailing_id, position),
    FOREIGN KEY (installation_id, mailing_id) REFERENCES mailings (installation_id, id)
) WITHOUT ROWID;
CREATE INDEX mailing_records_by_state ON mailing_records (installation_id, mailing_id, state, position);
