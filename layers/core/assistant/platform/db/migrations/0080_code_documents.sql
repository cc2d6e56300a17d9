-- Documents about code. A task writes one at most, whatever its retries. Other formats are made of the Markdown.
CREATE TABLE code_documents (
    document_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    task_id uuid UNIQUE REFERENCES tasks ON DELETE SET NULL,   -- tasks are cleaned up, documents stay
    title text NOT NULL,
    documentation_type text NOT NULL,
    output_format text NOT NULL CHECK (output_format IN ('md', 'html', 'docx')),
    content text NOT NULL,
    facts jsonb NOT NULL,
    model text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX code_documents_user ON code_documents (organization_id, user_id, created_at DESC);
