"""Percentages as they are printed: exact, rounded half up, never a flattering 100 %."""

NOT_APPLICABLE = "—"


def rate(part: int, whole: int, decimals: int = 2) -> str:
    """`part` ÷ `whole` as text with 0 to 2 decimals: rate(82, 113) is "72.57%".

    Rounded half up in integer arithmetic. All of it is "100%" and none of it "0%" whatever the
    decimals; while one item is open it is never "100%" but 99.99%, 99.9% or 99%
    (product rule of counting 2). A whole of 0 has no rate: "—".
    Raises ValueError for negative counts, part > whole, or decimals outside 0..2.
    """
    if not 0 <= decimals <= 2:
        raise ValueError(f"decimals must be 0, 1 or 2, not {decimals}")
    if part < 0 or part > whole:
        raise ValueError(f"{part} of {whole} is not a part of a whole")
    if whole == 0:
        return NOT_APPLICABLE
    if part in (0, whole):
        return "0%" if part == 0 else "100%"
    unit = 10**decimals
    steps = min((part * 200 * unit + whole) // (2 * whole), 100 * unit - 1)
    if decimals == 0:
        return f"{steps}%"
    return f"{steps // unit}.{steps % unit:0{decimals}d}%"
