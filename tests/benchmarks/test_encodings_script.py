"""The tables that encodings are told of are what they are said to be, and those told wrongly are few."""

from benchmarks.scripts.encodings import contenders, languages, tables


def test_tables_are_made_in_every_language_and_told_rightly_but_for_few() -> None:
    made = list(tables(1, (20,)))
    assert {language for language, _, _ in made} == {language for language, *_ in languages()}
    guess = contenders()["dnnctl"]
    wrong = [language for language, text, data in made if data.decode(guess(data) or "ascii", "replace") != text]
    assert len(wrong) <= 0.03 * len(made)
    assert not {"Korean", "Chinese", "Chinese (traditional)", "Russian", "Turkish", "French", "German"} & set(wrong)
