-- What a document plugin must remember outside its place: ids written down before they are used, notes too long for
-- the place. Only the plugin understands its names and texts.

CREATE TABLE plugin_notes (
    installation_id BIGINT NOT NULL,
    plugin BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (installation_id, plugin, name)
) WITHOUT ROWID;
