"""The proofreader: what it says of the documents, of any figure, and how it says it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, example, given
from hypothesis import strategies as st
from shown import wrongly_shown

from autograd.tables import Table
from nn import Example, Notation, worked
from nn.cli import main
from nn.proofreading import Finding, Proof, changed_input, proofread
from nn.proofreading.printed import Printed
from nn.proofreading.solving import solved
from nn.worked import Figure, FormulaExample, LayerData, WorkedExample, WorkedExampleError

DATA = Path(__file__).parents[3] / "tests" / "data"
FIGURES = json.loads((DATA / "figures.json").read_text(encoding="utf-8"))
DOCUMENTS = ("hoey", "urbain", "guided")


@pytest.fixture(scope="module")
def proofs() -> dict[str, Proof]:
    return {name: proofread(worked.load(name)) for name in DOCUMENTS}


# --- the documents -------------------------------------------------------------------------------


def test_every_figure_of_the_documents(proofs: dict[str, Proof]) -> None:
    found = [(name, finding) for name, proof in proofs.items() for finding in proof]
    assert len(found) == len(FIGURES) == 75
    for (name, finding), figure in zip(found, FIGURES, strict=True):
        assert (name, finding.symbol) == (figure["document"], figure["symbol"])
        assert finding.printed == figure["printed"]
        assert finding.agrees == figure["agrees"], finding.symbol
        assert finding.value == pytest.approx(float(figure["exact"]), rel=1e-11, abs=1e-15)
        assert finding.where
        off = (Decimal(finding.printed) - Decimal(figure["exact"])) / Printed(finding.printed).unit
        assert finding.off == pytest.approx(float(off), rel=1e-6, abs=1e-6)


def test_how_many_agree(proofs: dict[str, Proof]) -> None:
    assert sum(proof.agree for proof in proofs.values()) == 41
    assert sum(proof.disagree for proof in proofs.values()) == 34
    assert {name: (proof.agree, proof.disagree) for name, proof in proofs.items()} == {
        "hoey": (14, 24), "urbain": (26, 5), "guided": (1, 5)
    }  # fmt: skip


#: What is off in the documents: the cause, whether the evidence is weak, and what is said.
CAUSES = {
    ("urbain", "dE_o2/dout_h1"): ("rounded", True, r"delta_o1 and delta_o2 carried on with 9 decimals"),
    ("urbain", "E_total after update 1"): ("updated_weights", False, r"updated already"),
    ("urbain", "E_total after 10,000 updates"): ("update_missing", False, r"too few.* after 9,999"),
    ("urbain", "out_o1 after 10,000 updates"): ("updated_weights", False, r"updated already"),
    ("urbain", "out_o2 after 10,000 updates"): ("updated_weights", False, r"updated already"),
    ("hoey", "derror[1]"): None,
    ("hoey", "derror[2]"): None,
    ("hoey", "del2[2]"): None,
    ("hoey", "del1[1]"): None,
    ("hoey", "del1[2]"): None,
    ("hoey", "dErrorDW1[1,1]"): ("inherited", False, r"inherited from del1\[1\]$"),
    ("hoey", "dErrorDW1[1,2]"): ("inherited", False, r"inherited from del1\[2\]$"),
    ("hoey", "dErrorDW1[2,1]"): ("inherited", False, r"inherited from del1\[1\]$"),
    ("hoey", "dErrorDW1[2,2]"): ("inherited", False, r"inherited from del1\[2\]$"),
    ("hoey", "dErrorDW1[3,1]"): ("inherited", False, r"if that is 0\.03175 to 0\.031775 before"),
    ("hoey", "dErrorDW1[3,2]"): ("inherited", False, r"inherited from del1\[2\]$"),
    ("hoey", "dErrorDW2[1,2]"): ("inherited", False, r"inherited from del2\[2\]$"),
    ("hoey", "dErrorDW2[2,2]"): None,
    ("hoey", "dErrorDW2[3,2]"): ("inherited", False, r"inherited from del2\[2\]$"),
    **dict.fromkeys(
        [("hoey", f"W1new[{i},{j}]") for i in (1, 2, 3) for j in (1, 2) if (i, j) != (3, 1)]
        + [("hoey", f"W2new[{i},2]") for i in (1, 2, 3)],
        ("changed_input", False, r"from a run with y\[2\] = 0\.43 in the place of 0\.2$"),
    ),
    ("hoey", "W1new[3,1]"): None,
    ("hoey", "W2new[3,1]"): None,
    ("guided", "q11 a2"): None,
    ("guided", "q11 z3"): ("rounded", True, r"a2\[1,2\] and a2\[1,3\] carried on with 2 decimals"),
    ("guided", "q11 yhat"): ("rounded", True, r"everything is carried on with 3 digits "),
    ("guided", "q11 J"): ("inherited", True, r"inherited from q11 yhat"),
    ("guided", "q11 dJ/dW2"): ("factors", True, r"dz3.*/dW2.* stands in its place: factors "),
}  # fmt: skip


def test_why_they_are_off(proofs: dict[str, Proof]) -> None:
    off = {
        (name, each.symbol): each for name, proof in proofs.items() for each in proof if not each.agrees
    }
    assert off.keys() == CAUSES.keys()
    for key, expected in CAUSES.items():
        finding = off[key]
        if expected is None:
            assert (finding.because, finding.cause, finding.chance, finding.weak) == (
                None,
                None,
                None,
                False,
            )
        else:
            cause, weak, says = expected
            assert (finding.cause, finding.weak) == (cause, weak), key
            assert finding.because is not None
            assert re.search(says, finding.because), finding.because
            assert ("(weak: it would fit by chance " in finding.because) == weak
            assert 0.0 < (finding.chance or 0.0) < 1.0


def test_changed_inputs_are_not_looked_for_where_that_takes_too_long(
    monkeypatch: pytest.MonkeyPatch, proofs: dict[str, Proof]
) -> None:
    assert "changed_input" in {finding.cause for finding in proofs["hoey"]}
    monkeypatch.setattr(changed_input, "_MOST_LINES", 100)
    proof = proofread(worked.load("hoey"))
    assert "changed_input" not in {finding.cause for finding in proof}
    assert proof.disagree == proofs["hoey"].disagree


def test_what_agrees_needs_no_reason(proofs: dict[str, Proof]) -> None:
    for proof in proofs.values():
        for finding in proof:
            if finding.agrees:
                assert finding.because is finding.cause is finding.chance is None
                assert abs(finding.off) <= 0.5 + 1e-9


def test_no_document_has_code_of_its_own() -> None:
    for path in (Path(__file__).parents[3] / "nn").glob("*/*.py"):
        code = re.sub(r'""".*?"""|#.*', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(hoey|urbain|guided|xing|signals)\b", code), path


# --- printed numbers -----------------------------------------------------------------------------


@given(st.floats(-1e6, 1e6), st.integers(0, 12), st.sampled_from(["ROUND_HALF_UP", "ROUND_HALF_EVEN"]))
def test_a_rounded_number_agrees_and_its_neighbours_do_not(
    value: float, decimals: int, mode: str
) -> None:
    unit = Decimal(1).scaleb(-decimals)
    text = Decimal(value).quantize(unit, mode)
    assert Printed(f"{text:f}").says(value)
    for sign in (1, -1):
        neighbour = Printed(f"{text + sign * unit:f}")
        distance = abs(neighbour.exact - Decimal(value))
        assert neighbour.says(value) == (distance <= unit / 2 + abs(Decimal(value)) * Decimal("1e-14"))


@pytest.mark.parametrize(
    ("text", "value", "says"),
    [
        ("0.5", 0.45, True), ("0.4", 0.45, True), ("0.50", 0.45, False), ("0.450", 0.45, True),
        ("-0.5", -0.45, True), ("−0.5", -0.45, True), ("-0.5", 0.45, False), ("+0.5", 0.45, True),
        ("1300", 1300.4, True), ("1300", 1301.0, False), ("1.3e3", 1349.0, True),
        ("1.30e3", 1349.0, False),
        ("3.51e-05", 3.5101e-5, True), (".5", 0.5, True), ("5.", 5.4, True), ("0", 0.3, True),
        ("0.0", -0.0, True), ("0.6000", 0.6, True), ("0.30", 0.1 + 0.2, True), ("1", math.inf, False),
        ("0.59326999210718726", 0.59326999210718726, True), ("1", math.nan, False),
        ("0.5932699921072", 0.59326999210718726, True),
        ("0.5932699921071", 0.59326999210718726, False),
        ("0.0190491185", 0.038098237 * 0.5, True), ("0.019049119", 0.038098237 * 0.5, True),
    ],
)  # fmt: skip
def test_what_a_text_says(text: str, value: float, says: bool) -> None:
    assert Printed(text).says(value) is says


@given(st.floats(-100, 100), st.integers(0, 4), st.integers(-2000, 2000))
@example(-7.166945694522808e-28, 2, -501)
def test_texts_that_are_as_near(value: float, decimals: int, units: int) -> None:
    unit = Decimal(1).scaleb(-decimals)
    printed = Printed(f"{Decimal(value).quantize(unit) + units * unit:f}")
    first, last = printed.near(value)
    own = int(printed.exact / unit)
    distance = abs(Fraction(printed.exact) - Fraction(repr(value)))
    assert own in (first, last)
    for number in (first - 1, first, last, last + 1):
        near = abs(number * Fraction(unit) - Fraction(repr(value))) <= distance
        assert near == (first <= number <= last), number


# --- whatever the figures are of ------------------------------------------------------------------


def with_figures(name: str, *figures: tuple[str, str]) -> WorkedExample:
    return replace(
        worked.load(name),
        figures=[
            Figure(symbol=f"{of} {n}", printed=printed, of=of) for n, (of, printed) in enumerate(figures)
        ],
    )


def test_any_derivative_can_be_a_figure() -> None:
    proof = proofread(with_figures(
        "urbain", ("dout_o1/dw1", "0.1"), ("dE_o1/dw5", "0.082167041"), ("dE/dtarget_o1", "-0.74136507"),
        ("w5", "0.40"), ("i1", "0.06"), ("E", "0.298371109"), ("dE_total/dw5", "0.082167041"),
    ))  # fmt: skip
    assert [finding.agrees for finding in proof] == [False, True, True, True, False, True, True]


def test_the_error_by_any_name_is_explained_too() -> None:
    proof = proofread(with_figures("hoey", ("E", "0.0"), ("dError/dW1[3,1]", "-0.06295337")))
    assert [finding.cause for finding in proof] == [None, "sign"]


def test_a_matrix_of_equal_numbers_is_one_figure() -> None:
    proof = proofread(with_figures("guided", ("W1", "1"), ("z2", "1.30"), ("delta2", "0.00217")))
    assert proof.agree == 3


def test_a_matrix_of_different_numbers_is_none() -> None:
    message = r"hoey\.toml: figures\[2\]\.of: W1 has different numbers: ask for one, as W1\[3,2\]"
    with pytest.raises(WorkedExampleError, match=message):
        proofread(with_figures("hoey", ("a1[1]", "0.6"), ("W1", "0.1")))


def test_infinite_slopes() -> None:
    layers = [LayerData("sqrt", [[1.0]], [0.0])]
    own = replace(
        worked.load("urbain"),
        layers=layers,
        notation=Notation(),
        examples=[Example([4.0], [1.0])],
        figures=[
            Figure(symbol="net", printed="4.1", of="net_o1"),
            Figure(symbol="g", printed="1", of="dE/dnet_o1"),
        ],
    )
    assert proofread(own).disagree == 2
    text = str(proofread(replace(own, examples=[Example([1e-320], [1.0])])))
    assert "4.1" in text


def test_training_that_blows_up_refutes_only_itself() -> None:
    example = worked.load("urbain")
    own = replace(
        example,
        layers=[LayerData("linear", [[2.0, 3.0]], [0.0])],
        examples=[Example([5.0, 9.0], [1.0])],
        figures=[
            Figure(symbol="E", printed="9.5", of="E_total", after=30),
            Figure(symbol="out", printed="1", of="out_o1"),
        ],
    )
    assert proofread(own).disagree == 2


# --- Proof ---------------------------------------------------------------------------------------


def test_a_proof_can_be_asked(proofs: dict[str, Proof]) -> None:
    proof = proofs["urbain"]
    assert list(proof) == proof.findings
    assert proof["net_h1"] == Finding(
        symbol="net_h1",
        where="Forward Pass – hidden layer",
        printed="0.3775",
        value=0.3775,
        agrees=True,
        off=0.0,
    )
    with pytest.raises(KeyError, match="no figure 'net_h3'"):
        proof["net_h3"]


def found(printed: str, value: float, off: float, *, agrees: bool = False) -> Finding:
    return Finding(symbol="a", where="", printed=printed, value=value, agrees=agrees, off=off)


@pytest.mark.parametrize(
    ("printed", "value", "shown"),
    [
        ("1.5e-290", 1.25e-290, ("1.2500e-290", "+2.5")),
        ("1e290", 1e290, ("1.000e+290", "")),
        ("1", -1e300, ("-1.000e+300", "+1.0e+300")),
        ("0.10", -0.0, ("0.00000", "+10.0")),
    ],
)
def test_numbers_of_any_size_fit_a_table(printed: str, value: float, shown: tuple[str, str]) -> None:
    text = Printed(printed)
    finding = found(printed, value, text.off(value), agrees=text.says(value))
    table = Proof([finding]).tables()[0]
    assert isinstance(table, Table)
    assert table.rows[0].cells[2:4] == shown


@pytest.mark.parametrize("name", DOCUMENTS)
def test_plain_data(name: str, proofs: dict[str, Proof]) -> None:
    found = json.loads(proofs[name].to_json(), parse_constant=pytest.fail)
    assert found == proofs[name].to_dict()
    assert list(found) == ["figures", "agree", "disagree"]
    for figure in found["figures"]:
        assert list(figure)[:5] == ["symbol", "printed", "value", "agrees", "because"]
        assert list(figure)[5:10] == ["where", "off", "cause", "chance", "weak"]
        assert list(figure)[10:] == ["verdict", "follows", "sources", "causes"]
        assert not (figure["agrees"] and figure["because"])
    assert (found["agree"], found["disagree"]) == (proofs[name].agree, proofs[name].disagree)


def test_infinite_numbers_are_null_in_json() -> None:
    for finding, missing in (
        (found("1", math.inf, math.inf), ["value", "off"]),
        (found("1e-999", 1e300, math.inf), ["off"]),
    ):
        content = json.loads(Proof([finding]).to_json(), parse_constant=pytest.fail)
        assert content["not_finite"] == {f"figures[0].{key}": "inf" for key in missing}
        assert all(content["figures"][0][key] is None for key in missing)


# --- solving -------------------------------------------------------------------------------------


def test_a_jump_over_all_that_is_wanted_is_found_where_it_is() -> None:
    ((low, high),) = solved(lambda x: 3.0 if x > 0.7 else -1.0, 0.0, (1.0, 2.0))
    assert (low, high) == pytest.approx((0.7, 0.7))


@given(st.floats(-50, 50), st.floats(0.1, 5), st.floats(-50, 50), st.floats(1e-6, 0.1))
def test_solved(root: float, slope: float, start: float, half: float) -> None:
    assume(abs(root - start) > 2.0)

    def function(x: float) -> float:
        return slope * (x - root) + (x - root) ** 3

    (interval,) = solved(function, start, (-half, half))
    assert function(interval[0]) == pytest.approx(-half, abs=3e-6 * half)
    assert function(interval[1]) == pytest.approx(half, abs=3e-6 * half)


def test_solutions_on_either_side_and_behind_one_another() -> None:
    found = solved(lambda x: (x - 1.0) * (x - 4.0) * (x + 2.0), 0.0, (-1e-3, 1e-3))
    middles = [(low + high) / 2.0 for low, high in found]
    assert middles == pytest.approx([1.0, -2.0, 4.0], abs=1e-3)


@pytest.mark.parametrize("function", [lambda _: 1.0, lambda _: math.nan, lambda x: x * x + 1.0])
def test_what_has_no_solution(function: Callable[[float], float]) -> None:
    assert solved(function, 1.0, (-0.1, 0.1)) == []


# --- the command ---------------------------------------------------------------------------------


def invoke(*arguments: str, columns: int = 100) -> Result:
    return CliRunner().invoke(main, ["proofread", *arguments], env={"COLUMNS": str(columns)})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_as_a_table(name: str, proofs: dict[str, Proof]) -> None:
    result = invoke(name)
    assert (result.exit_code, result.stderr) == (1, "")
    text = result.stdout
    assert max(map(len, text.splitlines())) <= 100
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines()]
    for finding in proofs[name]:
        row = next(row for row in rows if row[:2] == [finding.symbol, finding.printed])
        assert (row[3] == "") == finding.agrees
        assert (row[4] == "?") == (not finding.agrees and finding.because is None)
    flat = " ".join(text.split())
    for finding in proofs[name]:
        assert " ".join((finding.because or "").split()) in flat
    assert (
        f"{proofs[name].agree} of {len(proofs[name])} figures agree, {proofs[name].disagree} do not"
        in flat
    )


@pytest.mark.parametrize("columns", [20, 40, 60, 80])
def test_nothing_is_cut(columns: int, proofs: dict[str, Proof]) -> None:
    narrow = invoke("urbain", columns=columns).stdout
    assert wrongly_shown(narrow, proofs["urbain"].tables(), columns) == []


def test_as_json() -> None:
    result = invoke("hoey", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    found = json.loads(result.stdout, parse_constant=pytest.fail)
    assert [(each["symbol"], each["printed"], each["agrees"]) for each in found["figures"]] == [
        (each["symbol"], each["printed"], each["agrees"])
        for each in FIGURES
        if each["document"] == "hoey"
    ]
    assert (found["agree"], found["disagree"]) == (14, 24)


@pytest.mark.parametrize("name", sorted(set(worked.groups()["lecture notes"]) - set(DOCUMENTS)))
def test_without_figures(name: str) -> None:
    result = invoke(name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("no figures to proofread: the example has no [[figures]]; ")
    assert json.loads(invoke(name, "--json").stdout) == {"figures": [], "agree": 0, "disagree": 0}


OWN = """
[training]
learning_rate = 0.5
[[layers]]
activation = "sigmoid"
weights = [[0.5, -0.5]]
bias = [0.25]
[[examples]]
inputs = [1.0, 2.0]
targets = [1.0]
[[figures]]
symbol = "my net"
of = "net_o1"
printed = "-0.250"
where = "page 1"
[[figures]]
symbol = "delta_o1"
printed = "{delta}"
"""


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(delta="-0.138371"), encoding="utf-8")
    result = invoke(str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 of 2 figures agree." in result.stdout
    path.write_text(OWN.format(delta="-0.562177"), encoding="utf-8")  # without f′
    result = invoke(str(path))
    assert (result.exit_code, result.stderr) == (1, "")
    assert "f′(net) of the outputs is left out" in result.stdout
    path.write_text(OWN.format(delta="0.1"), encoding="utf-8")
    assert proofread(worked.load(path)).disagree == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"net_o1"', '"net_o2"', "figures[1].of: the example has no 'net_o2'"),
        ('"-0.250"', '"-0.25O"', "figures[1].printed: the text of a number is expected"),
        ('"-0.250"', "-0.250", "figures[1].printed: a text is expected"),
    ],
)
def test_what_is_wrong_with_a_file(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(delta="1").replace(old, new, 1), encoding="utf-8")
    result = invoke(str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.replace("'figures[1].of'", "figures[1].of").startswith(
        f"Error: {path}: {message}"
    )


def test_a_figure_of_a_matrix_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    matrices = OWN.replace("[training]", 'notation = "hoey"\n[training]').replace("bias = [0.25]\n", "")
    matrices = matrices.replace("weights = [[0.5, -0.5]]", "matrix = [[0.25], [0.5], [-0.5]]")
    matrices = matrices.replace('"net_o1"', '"W1"').replace('"delta_o1"', '"del1[1]"')
    path.write_text(matrices.format(delta="1"), encoding="utf-8")
    result = invoke(str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: own.toml: figures[1].of: W1 has different numbers: ")


def test_wrong_usage_is_clicks_to_explain() -> None:
    for arguments in ([], ["urbain", "hoey"], ["urbain", "--xml"]):
        result = invoke(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
    result = invoke("urbane")
    assert result.exit_code == 2
    assert "no worked example 'urbane'" in result.stderr


def test_a_slip_is_found_though_it_goes_on_with_digits_that_are_not_printed() -> None:
    """The wrong y is 1.36662, and 36·1.36662 is 49.20; of the printed 1.367 it would be 49.21."""
    example = FormulaExample(
        name="digits",
        values={"w": 0.3333, "x": 0.7, "b": 0.9, "t": 0.5},
        formulas={"y": "w * x + b", "z": "3 * y ** 2", "e": "z / 4 + t * y"},
        error="e",
        parameters=["w"],
        learning_rate=0.1,
        figures=[Figure(symbol="y", printed="1.367"), Figure(symbol="dz/dy", printed="49.20")],
    )
    y, slope = proofread(example)
    assert (y.verdict, slope.verdict) == ("wrong", "wrong")
    assert slope.because == "the factor 6 is taken twice in dz/dy"
    assert not slope.weak
    far = Figure(symbol="dz/dy", printed="49.25")
    assert not list(proofread(replace(example, figures=[*example.figures[:1], far])))[1].because
