-- Documents as a dialogue, their versions, and chat.

-- What is asked follows from these columns alone (assistant.generation.questions), so no question is stored that a
-- program can ask again.
CREATE TABLE rfc_sessions (
    session_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    task_type text NOT NULL CHECK (task_type IN ('new_feature', 'modify_existing', 'analyze_current')),
    initial_request text NOT NULL,
    context text NOT NULL DEFAULT '',
    search_sources jsonb NOT NULL DEFAULT '[]',
    found jsonb NOT NULL DEFAULT '[]',                -- documents that the search found: id and title
    worded jsonb NOT NULL DEFAULT '[]',               -- questions that a model worded
    answers jsonb NOT NULL DEFAULT '{}',              -- by question id: answer, confidence
    additional_requirements text NOT NULL DEFAULT '',
    cost bigint NOT NULL DEFAULT 0,                   -- of the model's questions, micro-dollars
    task_id uuid,                                     -- the last one that writes it; no key: tasks are cleaned up
    cancelled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rfc_sessions_user ON rfc_sessions (organization_id, user_id, created_at DESC);
CREATE INDEX rfc_sessions_task ON rfc_sessions (task_id) WHERE task_id IS NOT NULL;

ALTER TABLE rfcs
    ADD COLUMN session_id uuid REFERENCES rfc_sessions ON DELETE SET NULL,
    ADD COLUMN citations jsonb NOT NULL DEFAULT '{}',  -- what the check of the citations came to
    ADD COLUMN version integer NOT NULL DEFAULT 1,     -- the current one
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX rfcs_session ON rfcs (session_id) WHERE session_id IS NOT NULL;

-- Every version of a document, the current one too. The first is what the model wrote.
CREATE TABLE rfc_versions (
    rfc_id uuid NOT NULL REFERENCES rfcs ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    organization_id uuid NOT NULL REFERENCES organizations,
    title text NOT NULL,
    content text NOT NULL,
    quality jsonb NOT NULL,
    note text NOT NULL DEFAULT '',
    created_by uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (rfc_id, version)
);
INSERT INTO rfc_versions (rfc_id, version, organization_id, title, content, quality, created_by, created_at)
SELECT rfc_id, 1, organization_id, title, content, quality, user_id, created_at FROM rfcs;

CREATE TABLE chat_sessions (
    session_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    title text NOT NULL,                              -- the beginning of the first question
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX chat_sessions_user ON chat_sessions (organization_id, user_id, updated_at DESC, session_id);

-- A question and what became of it. While `status` is null, its task says how far it is.
CREATE TABLE chat_messages (
    message_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    session_id uuid NOT NULL REFERENCES chat_sessions ON DELETE CASCADE,
    task_id uuid,                                     -- no key: tasks are cleaned up
    mode text NOT NULL CHECK (mode IN ('general', 'search', 'generate', 'documentation')),
    question text NOT NULL,
    status text CHECK (status IN ('completed', 'cancelled')),
    answer text NOT NULL DEFAULT '',                  -- of a cancelled one, what had come
    grounded boolean NOT NULL DEFAULT false,
    citations jsonb NOT NULL DEFAULT '[]',
    checked jsonb NOT NULL DEFAULT '{}',
    cost bigint NOT NULL DEFAULT 0,
    model text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    answered_at timestamptz
);
CREATE INDEX chat_messages_session ON chat_messages (session_id, created_at);
CREATE UNIQUE INDEX chat_messages_task ON chat_messages (task_id) WHERE task_id IS NOT NULL;
