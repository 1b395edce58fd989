-- Rights that somebody gave by hand at the place: to whom, as the place names them.
ALTER TABLE documents_outside ADD COLUMN shared TEXT;

-- A work over everything that a place keeps. `position` is the last file that was settled, as JSON;
-- `waits` is how often in a row the next one could not be.
CREATE TABLE jobs (
    installation_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    plugin BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    position TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    waits BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    FOREIGN KEY (installation_id) REFERENCES installations (id)
);
CREATE INDEX jobs_running ON jobs (state, lease_until);

-- What a job found about single files: what differs, and what could not be done.
CREATE TABLE job_findings (
    installation_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    document_id BIGINT,
    template_id BIGINT,
    failed BIGINT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (installation_id, job_id, number),
    FOREIGN KEY (installation_id, job_id) REFERENCES jobs (installation_id, id)
) WITHOUT ROWID;
