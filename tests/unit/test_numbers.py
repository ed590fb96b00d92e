"""Numbers in every spelling people write come out as one form, and go back into one that reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.numbers import Number, NumberError, from_stored, mask, parse, parse_caller

FULL_WIDTH = str.maketrans("0123456789+-() ", "０１２３４５６７８９＋－（）　")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("154 0000 0001", "+8615400000001"),
        ("154-0000-0001", "+8615400000001"),
        ("+86 15400000001", "+8615400000001"),
        ("0086 154 0000 0001", "+8615400000001"),
        ("00861540000-0001", "+8615400000001"),  # 0086 is no area code with an extension after the dash
        ("8615400000001", "+8615400000001"),
        ("015400000001", "+8615400000001"),
        ("１５４００００００01", "+8615400000001"),
        ("电话：15400000001", "+8615400000001"),
        ("tel:+8615400000001", "+8615400000001"),
        ("139 1234 5678", "+8613912345678"),
        ("0356-0022222", "+863560022222"),
        ("（0356）0022222", "+863560022222"),
        ("0356—0022222", "+863560022222"),
        ("0755 0222 3333", "+8675502223333"),
        ("400-800-1234", "+864008001234"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("001 202 555 0123", "+12025550123"),
    ],
)
def test_every_spelling_is_kept_as_e164(written: str, kept: str) -> None:
    assert parse(written) == Number(kept)


@pytest.mark.parametrize(
    "written",
    [
        "0356-0022222 转 801",
        "0356-0022222转801",
        "0356-0022222 转接：801",
        "0356-0022222 分机号 801",
        "0356 0022222 内线801",
        "0356-0022222-801",
        "0356—0022222—801",
        "0356-0022222 ext. 801",
        "0356-0022222x801",
        "0356-0022222#801",
        "+863560022222,801",
        "０３５６－００２２２２２　转　８０１",
    ],
)
def test_an_extension_is_kept_apart(written: str) -> None:
    assert parse(written) == Number("+863560022222", "801")


@pytest.mark.parametrize("code", ["12345", "120", "110", "119", "114", "10086", "95518", "１２３４５", "+8612345"])
def test_short_codes_stay_short(code: str) -> None:
    number = parse(code)
    assert number.is_short
    assert len(number.value) <= 6


@pytest.mark.parametrize(
    "wrong",
    ["", "   ", "abc", "1540000001", "154000000011", "0022222", "+", "anonymous", "sip:a@b", "9", "15400000001/2"],
)
def test_what_is_no_number_is_refused_in_both_languages(wrong: str) -> None:
    with pytest.raises(NumberError, match=r"[一-鿿].*\(.*[a-z]+.*\)"):
        parse(wrong)


def test_a_refusal_does_not_spell_the_number_out() -> None:
    with pytest.raises(NumberError) as refused:
        parse("1391234567")
    assert "1391234567" not in str(refused.value)


@pytest.mark.parametrize(
    "withheld", ["", "anonymous", "Restricted", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"]
)
def test_a_withheld_caller_is_nobody(withheld: str) -> None:
    assert parse_caller(withheld) is None


def test_a_known_caller_is_somebody() -> None:
    assert parse_caller("+8615400000001") == Number("+8615400000001")


@pytest.mark.parametrize(
    ("number", "synthetic"),
    [
        ("15400000001", True),
        ("0356-0022222", True),
        ("0755-02223333", True),
        ("010-02223333", True),
        ("13912345678", False),
        ("0356-7022222", False),
        ("12345", False),
    ],
)
def test_synthetic_ranges_ring_nobody(number: str, synthetic: bool) -> None:
    assert parse(number).is_synthetic is synthetic


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("15400001234", "154****1234"),
        ("0356-0022222", "356****22"),
        ("12345", "12345"),
        ("+12025550123", "+12****0123"),
    ],
)
def test_a_masked_number_shows_its_ends(number: str, masked: str) -> None:
    assert parse(number).masked == masked


def test_masking_hides_at_least_four_digits_of_a_long_number() -> None:
    assert "*" in mask("+8615412345678")
    assert "12345678" not in mask("+8615412345678")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Number("+8615400000001"), "15400000001"),
        (Number("+863560022222", "801"), "0356-0022222转801"),
        (Number("+861002223333"), "010-02223333"),
        (Number("+12025550123"), "+1 202-555-0123"),
        (Number("12345", "2"), "12345转2"),
    ],
)
def test_a_number_is_written_as_people_do(number: Number, written: str) -> None:
    assert number.written == written


mobiles = st.integers(0, 99_999_999).map(lambda n: f"154{n:08d}")
landlines = st.integers(0, 999_999).map(lambda n: ("0356", f"0{n:06d}"))
separators = st.sampled_from(["", " ", "-", "  ", ".", "—", "‑"])
prefixes = st.sampled_from(["", "+86", "+86 ", "0086", "86", "+86-"])
extensions = st.none() | st.integers(1, 99_999).map(str)
said = st.sampled_from(["转", " 转 ", "转接", " 分机", "分机号:", " ext ", "x", "#", ","])


@given(mobiles, prefixes, separators, separators, st.booleans())
def test_a_mobile_means_one_number_however_it_is_written(
    digits: str, prefix: str, first: str, second: str, full_width: bool
) -> None:
    text = prefix + digits[:3] + first + digits[3:7] + second + digits[7:]
    assert parse(text.translate(FULL_WIDTH) if full_width else text) == Number(f"+86{digits}")


@given(landlines, separators, said, extensions, st.booleans())
def test_a_landline_means_one_number_however_it_is_written(
    parts: tuple[str, str], separator: str, word: str, extension: str | None, bracketed: bool
) -> None:
    area, rest = parts
    text = (f"({area})" if bracketed else area) + separator + rest + (word + extension if extension else "")
    assert parse(text) == Number(f"+86{area[1:]}{rest}", extension)


@given(st.one_of(mobiles, landlines.map("".join), st.sampled_from(["12345", "95518", "+12025550123"])), extensions)
def test_what_is_written_or_stored_is_read_back(digits: str, extension: str | None) -> None:
    number = Number(parse(digits).value, extension)
    assert parse(number.written) == number
    assert from_stored(str(number)) == number


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = parse(text)
    except NumberError:
        return
    assert number.is_short or number.value.startswith("+")
