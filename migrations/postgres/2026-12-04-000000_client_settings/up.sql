-- How a client's codes are bound to it, and what its ID tokens say of a person.

ALTER TABLE clients ADD COLUMN pkce TEXT NOT NULL DEFAULT 'required' CHECK (pkce IN ('required', 'or_nonce'));
ALTER TABLE clients ADD COLUMN id_token_claims TEXT NOT NULL DEFAULT 'full' CHECK (id_token_claims IN ('full', 'thin'));
