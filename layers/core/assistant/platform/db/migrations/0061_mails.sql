-- E-mails: written down in the transaction that has a reason for them, sent by a task, never sent twice.
CREATE TABLE mails (
    mail_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id uuid NOT NULL REFERENCES users,          -- who gets it
    reason text NOT NULL,                            -- what it is about, once: alert:<alert_id> or task:<task_id>
    args jsonb NOT NULL,                             -- of the task send_budget_alert; amounts in US dollars
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'sent', 'refused', 'unknown', 'off')),
    submitted_at timestamptz,                        -- none: no task has it yet
    sender text,
    recipient text,
    subject text,
    body text,
    message_id text,                                 -- SES's
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (organization_id, user_id, reason)
);
CREATE INDEX mails_unsubmitted ON mails (created_at) WHERE submitted_at IS NULL;

-- An alert and its e-mails are one transaction: a user's budget concerns the user, a team's its members, an
-- organization's the administrators. Rows only, since the settlement that raises an alert holds the budgets' rows.
CREATE FUNCTION mail_alert(p_organization uuid, p_alert budget_alerts) RETURNS void LANGUAGE sql AS $$
    INSERT INTO mails (organization_id, user_id, reason, args)
    SELECT u.organization_id, u.user_id, 'alert:' || p_alert.alert_id,
           jsonb_build_object('user', u.user_id, 'alert_type', p_alert.kind, 'level', b.level,
                              'current_usage', p_alert.spent / 1e6, 'budget_limit', p_alert.granted / 1e6,
                              'alert_id', p_alert.alert_id)
    FROM budgets b JOIN users u ON u.organization_id = b.organization_id
    WHERE b.organization_id = p_organization AND b.budget_id = p_alert.budget_id AND u.is_active
      AND CASE b.level WHEN 'user' THEN u.user_id = b.owner_id WHEN 'team' THEN u.team_id = b.owner_id
          ELSE u.role = 'admin' END
    ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION mail_raised_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mail_alert(NEW.organization_id, NEW);
    RETURN NULL;
END $$;
CREATE TRIGGER budget_alerts_mail AFTER INSERT ON budget_alerts FOR EACH ROW EXECUTE FUNCTION mail_raised_alert();
