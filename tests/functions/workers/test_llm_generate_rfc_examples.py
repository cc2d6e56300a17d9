"""What was learned from readers stands in the prompt of a document, and no longer once it is rolled back."""

LEARNED = "Three teams shared one budget, and nobody was refused."


def learned(db, owner):
    """An RFC of the owner's organisation is the example of its active version."""
    with db.transaction() as work:
        work.run(
            """WITH good AS (
                   INSERT INTO rfcs (organization_id, user_id, title, content, sections, sources_used, quality, model)
                   VALUES (CAST(:o AS uuid), CAST(:u AS uuid), 'Good', 'c',
                           jsonb_build_array(jsonb_build_object('title', 'Summary', 'text', CAST(:text AS text))),
                           '[]', '{}', 'm') RETURNING rfc_id)
               INSERT INTO ranking_versions (organization_id, version, state, weights, examples, evaluation)
               SELECT CAST(:o AS uuid), 1, 'active', '{}', jsonb_build_array(rfc_id), '{}' FROM good""",
            o=owner.organization_id,
            u=owner.user_id,
            text=LEARNED,
        )


def prompts(server):
    """What each call's user message said, in the order of the sections."""
    return [record.body["messages"][-1]["content"] for record in server.records]


def test_a_section_gets_the_example_of_its_own_kind(job, server, db, person):
    owner = person()
    learned(db, owner)
    job(owner).ticket()
    summary, proposal = prompts(server)
    assert LEARNED in summary
    assert LEARNED not in proposal


def test_another_organization_gets_nothing_of_it(job, server, db, person):
    learned(db, person())
    job().ticket()
    assert not any(LEARNED in prompt for prompt in prompts(server))


def test_what_is_rolled_back_is_no_longer_shown(job, server, db, person, call):
    owner = person(role="admin")
    learned(db, owner)
    assert call("learning.roll_back_learning", owner, json_body={"reason": "not good"}).status == 200
    job(owner).ticket()
    assert not any(LEARNED in prompt for prompt in prompts(server))
