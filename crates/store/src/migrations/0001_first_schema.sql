-- The first schema, for SQLite.
--
-- The key of a tenant's row begins with its installation, and so do the references between rows: a row cannot refer
-- to another installation's. Truth values are 0 and 1; instants are whole microseconds since 1970 UTC; dates
-- (2026-03-31), decimal numbers, JSON and UUIDs are text; `sort` is the name without accents in lower case.

CREATE TABLE installations (
    id BIGINT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    serial TEXT NOT NULL,
    culture TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    own_company_id BIGINT,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (id, own_company_id) REFERENCES companies (installation_id, id)
);

-- The next id of each kind of row, and the next number of the audit log. Installation 0 counts the installations.
CREATE TABLE counters (
    installation_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (installation_id, name)
) WITHOUT ROWID;

CREATE TABLE user_groups (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    sort TEXT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, external_id),
    UNIQUE (installation_id, sort)
);

CREATE TABLE associates (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    external_id TEXT,
    login TEXT NOT NULL,
    login_sort TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    salutation TEXT NOT NULL,
    academic_title TEXT NOT NULL,
    title TEXT NOT NULL,
    position TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    mobile TEXT NOT NULL,
    fax TEXT NOT NULL,
    primary_group BIGINT NOT NULL,
    administrator BIGINT NOT NULL,
    retired BIGINT NOT NULL,
    has_plan BIGINT NOT NULL,
    may_force_undo BIGINT NOT NULL,
    culture TEXT NOT NULL,
    sort TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, external_id),
    UNIQUE (installation_id, login_sort),
    FOREIGN KEY (installation_id, primary_group) REFERENCES user_groups (installation_id, id)
);
CREATE INDEX associates_by_name ON associates (installation_id, sort, id);

-- The groups of an associate besides the primary one.
CREATE TABLE associate_groups (
    installation_id BIGINT NOT NULL,
    associate_id BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    PRIMARY KEY (installation_id, associate_id, group_id),
    FOREIGN KEY (installation_id, associate_id) REFERENCES associates (installation_id, id),
    FOREIGN KEY (installation_id, group_id) REFERENCES user_groups (installation_id, id)
) WITHOUT ROWID;

-- Addresses are JSON: they are shown and merged, never searched by a field.
CREATE TABLE companies (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    number TEXT NOT NULL,
    code TEXT NOT NULL,
    org_number TEXT NOT NULL,
    business TEXT NOT NULL,
    category TEXT NOT NULL,
    our_contact BIGINT,
    postal TEXT NOT NULL,
    street TEXT NOT NULL,
    country TEXT NOT NULL,
    phone TEXT NOT NULL,
    fax TEXT NOT NULL,
    email TEXT NOT NULL,
    web TEXT NOT NULL,
    sort TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, external_id),
    FOREIGN KEY (installation_id, our_contact) REFERENCES associates (installation_id, id)
);
CREATE INDEX companies_by_name ON companies (installation_id, sort, id);

CREATE TABLE contacts (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    external_id TEXT,
    company_id BIGINT,
    first_name TEXT NOT NULL,
    middle_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    salutation TEXT NOT NULL,
    academic_title TEXT NOT NULL,
    title TEXT NOT NULL,
    position TEXT NOT NULL,
    department TEXT NOT NULL,
    number TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    mobile TEXT NOT NULL,
    home_phone TEXT NOT NULL,
    fax TEXT NOT NULL,
    web TEXT NOT NULL,
    address TEXT NOT NULL,
    country TEXT NOT NULL,
    use_as_postal BIGINT NOT NULL,
    born TEXT,
    retired BIGINT NOT NULL,
    sort TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, external_id),
    FOREIGN KEY (installation_id, company_id) REFERENCES companies (installation_id, id)
);
CREATE INDEX contacts_by_name ON contacts (installation_id, sort, id);
CREATE INDEX contacts_by_company ON contacts (installation_id, company_id, sort, id);

CREATE TABLE projects (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    leader BIGINT,
    company_id BIGINT,
    ends TEXT,
    next_milestone TEXT,
    description TEXT NOT NULL,
    web TEXT NOT NULL,
    sort TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, external_id),
    FOREIGN KEY (installation_id, company_id) REFERENCES companies (installation_id, id),
    FOREIGN KEY (installation_id, leader) REFERENCES associates (installation_id, id)
);
CREATE INDEX projects_by_name ON projects (installation_id, sort, id);
CREATE INDEX projects_by_company ON projects (installation_id, company_id, sort, id);

CREATE TABLE sales (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    external_id TEXT,
    title TEXT NOT NULL,
    number TEXT NOT NULL,
    company_id BIGINT,
    contact_id BIGINT,
    project_id BIGINT,
    owner_id BIGINT,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    cost TEXT NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    probability BIGINT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    competitor TEXT NOT NULL,
    credited_to TEXT NOT NULL,
    date TEXT,
    next_due TEXT,
    sort TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, external_id),
    FOREIGN KEY (installation_id, company_id) REFERENCES companies (installation_id, id),
    FOREIGN KEY (installation_id, contact_id) REFERENCES contacts (installation_id, id),
    FOREIGN KEY (installation_id, project_id) REFERENCES projects (installation_id, id),
    FOREIGN KEY (installation_id, owner_id) REFERENCES associates (installation_id, id)
);
CREATE INDEX sales_by_name ON sales (installation_id, sort, id);
CREATE INDEX sales_by_company ON sales (installation_id, company_id, sort, id);
CREATE INDEX sales_by_contact ON sales (installation_id, contact_id, sort, id);
CREATE INDEX sales_by_project ON sales (installation_id, project_id, sort, id);

CREATE TABLE headings (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    sort TEXT NOT NULL,
    rank BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    UNIQUE (installation_id, sort)
);

CREATE TABLE templates (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    stored_in BIGINT NOT NULL,
    direction BIGINT NOT NULL,
    pattern TEXT NOT NULL,
    counts BIGINT NOT NULL,
    next_number BIGINT NOT NULL,
    ref_read_only BIGINT NOT NULL,
    ref_allow_blank BIGINT NOT NULL,
    default_visible_for BIGINT NOT NULL,
    semantics BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    kept_in BIGINT NOT NULL,
    retired BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    row_version BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id)
);

CREATE TABLE template_headings (
    installation_id BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    heading_id BIGINT NOT NULL,
    PRIMARY KEY (installation_id, template_id, heading_id),
    FOREIGN KEY (installation_id, template_id) REFERENCES templates (installation_id, id),
    FOREIGN KEY (installation_id, heading_id) REFERENCES headings (installation_id, id)
) WITHOUT ROWID;
CREATE INDEX template_headings_by_heading ON template_headings (installation_id, heading_id);

-- Who sees a template. Without a row here, everybody.
CREATE TABLE template_groups (
    installation_id BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    PRIMARY KEY (installation_id, template_id, group_id),
    FOREIGN KEY (installation_id, template_id) REFERENCES templates (installation_id, id),
    FOREIGN KEY (installation_id, group_id) REFERENCES user_groups (installation_id, id)
) WITHOUT ROWID;

-- The files of a template; a blank language is the neutral one.
CREATE TABLE template_variants (
    installation_id BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    language TEXT NOT NULL,
    reference TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, template_id, language),
    FOREIGN KEY (installation_id, template_id) REFERENCES templates (installation_id, id)
);

CREATE TABLE documents (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id BIGINT NOT NULL,
    heading TEXT NOT NULL,
    attention TEXT NOT NULL,
    our_ref TEXT NOT NULL,
    your_ref TEXT NOT NULL,
    description TEXT NOT NULL,
    company_id BIGINT,
    contact_id BIGINT,
    project_id BIGINT,
    sale_id BIGINT,
    status TEXT NOT NULL,
    visible_kind BIGINT NOT NULL,
    visible_group BIGINT,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    date TEXT NOT NULL,
    template_id BIGINT,
    language TEXT NOT NULL,
    snum BIGINT,
    owner_id BIGINT NOT NULL,
    plugin_id BIGINT NOT NULL,
    reference TEXT,
    revision TEXT,
    semantics BIGINT NOT NULL,
    published BIGINT NOT NULL,
    held_by BIGINT,
    state TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT,
    updated_at BIGINT NOT NULL,
    updated_by BIGINT,
    row_version BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    FOREIGN KEY (installation_id, company_id) REFERENCES companies (installation_id, id),
    FOREIGN KEY (installation_id, contact_id) REFERENCES contacts (installation_id, id),
    FOREIGN KEY (installation_id, project_id) REFERENCES projects (installation_id, id),
    FOREIGN KEY (installation_id, sale_id) REFERENCES sales (installation_id, id),
    FOREIGN KEY (installation_id, template_id) REFERENCES templates (installation_id, id),
    FOREIGN KEY (installation_id, owner_id) REFERENCES associates (installation_id, id)
);
-- One index for each list. They end with what decides visibility, so that rows the reader may not see are passed
-- over without being fetched.
CREATE INDEX documents_by_date ON documents
    (installation_id, state, date, id, visible_kind, visible_group, owner_id, published, held_by);
CREATE INDEX documents_by_company ON documents
    (installation_id, company_id, state, date, id, visible_kind, visible_group, owner_id, published, held_by)
    WHERE company_id IS NOT NULL;
CREATE INDEX documents_by_contact ON documents
    (installation_id, contact_id, state, date, id, visible_kind, visible_group, owner_id, published, held_by)
    WHERE contact_id IS NOT NULL;
CREATE INDEX documents_by_project ON documents
    (installation_id, project_id, state, date, id, visible_kind, visible_group, owner_id, published, held_by)
    WHERE project_id IS NOT NULL;
CREATE INDEX documents_by_sale ON documents
    (installation_id, sale_id, state, date, id, visible_kind, visible_group, owner_id, published, held_by)
    WHERE sale_id IS NOT NULL;
CREATE INDEX documents_by_template ON documents
    (installation_id, template_id, state, date, id, visible_kind, visible_group, owner_id, published, held_by)
    WHERE template_id IS NOT NULL;
CREATE INDEX documents_by_owner ON documents
    (installation_id, owner_id, state, date, id, visible_kind, visible_group, published, held_by);
CREATE INDEX documents_by_holder ON documents
    (installation_id, held_by, state, date, id, visible_kind, visible_group, owner_id, published)
    WHERE held_by IS NOT NULL;
CREATE UNIQUE INDEX documents_by_reference ON documents (installation_id, plugin_id, reference)
    WHERE reference IS NOT NULL;

CREATE TABLE operations (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    plugin_id BIGINT NOT NULL,
    document_id BIGINT,
    template_id BIGINT,
    language TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    lease_until BIGINT,
    attempts BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (installation_id, id)
);
CREATE INDEX operations_unfinished ON operations (installation_id, created_at)
    WHERE state IN ('intended', 'parked');
CREATE INDEX operations_by_document ON operations (installation_id, document_id, id)
    WHERE document_id IS NOT NULL;

-- Tokens are kept as their SHA-256 only.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL,
    associate_id BIGINT NOT NULL,
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    ended_at BIGINT,
    FOREIGN KEY (installation_id, associate_id) REFERENCES associates (installation_id, id)
);
CREATE INDEX sessions_by_associate ON sessions (installation_id, associate_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE sign_in_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    installation_id BIGINT NOT NULL,
    associate_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    made_by TEXT NOT NULL,
    FOREIGN KEY (installation_id, associate_id) REFERENCES associates (installation_id, id)
);
CREATE INDEX sign_in_links_by_expiry ON sign_in_links (expires_at);

CREATE TABLE api_tokens (
    installation_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    associate_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT,
    made_by BIGINT NOT NULL,
    PRIMARY KEY (installation_id, id),
    FOREIGN KEY (installation_id, associate_id) REFERENCES associates (installation_id, id)
);

CREATE TABLE idempotency (
    installation_id BIGINT NOT NULL,
    associate_id BIGINT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    status BIGINT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (installation_id, associate_id, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Append only; each record carries the hash of the one before. The address is outside the hash, because it is
-- blanked after some time.
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

-- The words of every record, without accents in lower case. `kind` is a number, see words.rs: there are many rows.
CREATE TABLE search_words (
    installation_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    word TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    PRIMARY KEY (installation_id, kind, word, record_id)
) WITHOUT ROWID;
CREATE INDEX search_words_by_record ON search_words (installation_id, kind, record_id, word);

CREATE TABLE settings (
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (installation_id, name)
) WITHOUT ROWID;
