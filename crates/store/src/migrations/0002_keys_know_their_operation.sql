-- Which operation a request with a key stands for, so that what became of an interrupted request can be looked up.
ALTER TABLE idempotency ADD COLUMN operation TEXT NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
