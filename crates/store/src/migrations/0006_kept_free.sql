-- This number belongs to another part of the schema that has not arrived yet.
SELECT 1;
