-- What people think of what they got. One judgement of a user, of a kind (a vote or a report), of a target; it is
-- replaced, not added to. A removed one stays with who removed it, when and why, and counts nowhere.
CREATE TABLE feedback (
    feedback_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,
    context text NOT NULL,
    target_id text NOT NULL,
    feedback_type text NOT NULL CHECK (feedback_type IN ('like', 'dislike', 'report')),
    rating smallint CHECK (rating BETWEEN 1 AND 5),
    reason text NOT NULL DEFAULT '',
    comment text NOT NULL DEFAULT '',
    improvement_suggestions text NOT NULL DEFAULT '',
    query text NOT NULL DEFAULT '',                 -- what was searched for, where a result of a search is judged
    session_id text,
    points integer NOT NULL CHECK (points >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    removed_by uuid REFERENCES users,
    removal_reason text,
    CHECK ((removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removal_reason IS NULL))
);
CREATE UNIQUE INDEX feedback_once ON feedback
    (organization_id, user_id, context, target_id, md5(query), (feedback_type = 'report')) WHERE removed_at IS NULL;
CREATE INDEX feedback_target ON feedback (organization_id, target_id) WHERE removed_at IS NULL;
CREATE INDEX feedback_time ON feedback (organization_id, created_at);
CREATE INDEX feedback_user ON feedback (organization_id, user_id);
