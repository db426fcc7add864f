"""The members of an ensemble as a picture."""

from dnnctl.plots import members


def test_a_single_network_has_no_such_picture(contexts):
    assert members.draw(contexts["pictures"]) is None


def test_each_member_is_a_point_and_each_pair_a_cell(contexts):
    context = contexts["committee"]
    figures, pairs = members.draw(context).axes
    (points,) = figures.collections
    assert points.get_offsets()[:, 0].tolist() == [each["accuracy"] for each in context.members.metrics]
    assert [line.get_xdata()[0] for line in figures.lines] == [context.members.mean["accuracy"], 0.9]
    expected = {f"{100 * context.members.pairs[i, j]:.1f}" for i in range(3) for j in range(3) if i != j}
    assert {text.get_text() for text in pairs.texts} == expected


def test_of_many_members_the_pairs_are_colours_alone(contexts):
    figures, pairs = members.draw(contexts["committee_of_numbers"]).axes
    assert len(figures.get_yticks()) == 20
    assert len(pairs.texts) == 0
