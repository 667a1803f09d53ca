"""Minutes of random moves leak no memory, and end where the link says (make desk-moves)."""

import os
import time

import pytest

from tests.browser import settle

MINUTES = float(os.environ.get("SMECLUSTER_DESK_MINUTES", "10"))
#: How much larger the heap may be at the end than after the first fifth, and by how many bytes.
GROWTH, SLACK = 0.1, 8e6
MOVE = """seed => {
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const pick = (list) => list[Math.floor(next() * list.length)];
  const level = pick(['central', 'local']);
  const {slider} = desk.levers.sliders.get(`${level} ${pick(desk.content.levers).name}`);
  for (let step = 0; step < 4; step += 1) {
    slider.value = next() * slider.max;
    slider.dispatchEvent(new Event('input'));
  }
  slider.dispatchEvent(new Event('change'));
  const one = next();
  if (one < 0.1) desk.moveUndo(-1);
  else if (one < 0.2) desk.openTab(pick(Object.keys(drawPanel)));
  else if (one < 0.3) {
    desk.view.outcome = pick(desk.content.outcomes).name;
    desk.update();
  } else if (one < 0.35) desk.speak(pick(['en', 'zh']));
  else if (one < 0.4) {
    desk.saved = [];
    desk.saveScenario('');
  } else if (one < 0.45) desk.levers.preset.dispatchEvent(new Event('change'));
}"""


@pytest.mark.slow
def test_random_moves_leak_no_memory_and_end_where_the_link_says(open_desk):
    page = open_desk()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def measure():
        settle(page)
        session.send("HeapProfiler.collectGarbage")
        found = session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}

    end = time.monotonic() + 60 * MINUTES
    early = None
    moves = 0
    while time.monotonic() < end:
        page.evaluate(MOVE, moves + 1)
        page.wait_for_timeout(40)
        moves += 1
        if early is None and time.monotonic() > end - 48 * MINUTES:
            early = measure()
    late = measure()
    print(
        f"{moves} moves; heap {early['JSHeapUsedSize']:.0f} to {late['JSHeapUsedSize']:.0f} bytes"
    )
    assert late["JSHeapUsedSize"] < early["JSHeapUsedSize"] * (1 + GROWTH) + SLACK
    assert late["Nodes"] < early["Nodes"] * 2 + 5000
    assert page.problems == []
    state = "JSON.stringify([desk.settings, desk.view, desk.summarise().gain])"
    page.wait_for_timeout(400)
    again = open_desk(page.url[page.url.index("#") :])
    assert again.evaluate(state) == page.evaluate(state)
