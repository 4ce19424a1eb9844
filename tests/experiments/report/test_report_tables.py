from report_helpers import measurement, results, three_strategies, write_grid

from keras_lifelong_vae.experiments.report.contents import read_contents
from keras_lifelong_vae.experiments.report.document import Cell, Table
from keras_lifelong_vae.experiments.report.tables import main_tables, seeds_table, tasks_table


def tables(directory) -> list[Table]:
    return [block for block in main_tables(read_contents(directory)) if isinstance(block, Table)]


def rows(table):
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


def best(table):
    return {(row[0].text, i) for row in table.rows for i, cell in enumerate(row) if cell.best}


def test_the_main_table_by_hand(tmp_path):
    remember, _, category, cost = tables(write_grid(tmp_path, three_strategies((0, 1))))
    assert rows(remember) == {
        "naive": ["5.00 ± 0.71", "0.000 ± 0.000", "0.000 ± 0.000", "9.00 ± 0.00"],
        "lifelong": ["3.00 ± 0.71", "0.800 ± 0.000", "0.800 ± 0.000", "1.00 ± 0.00"],
        "full-batch": ["2.50 ± 0.71", "1.000 ± 0.000", "1.000 ± 0.000", "–"],
    }
    assert best(remember) == {("lifelong", i) for i in (1, 2, 3, 4)}
    assert "ln 2 = 0.69 nats" in category.caption
    assert rows(cost)["full-batch"][-1] == "all data"
    assert best(cost) == set()  # all alike


def test_rows_follow_the_order_of_strategies_and_missing_seeds_are_told(tmp_path):
    runs = [results("lifelong", 0), results("lifelong", 1), results("naive", 1)]
    remember = tables(write_grid(tmp_path, runs))[0]
    assert list(rows(remember)) == ["naive", "lifelong"]
    assert rows(remember)["naive"][0] == "2.50 (1 of 2)"
    assert rows(remember)["lifelong"][1] == "–"


def test_the_best_is_none_of_those_that_keep_data(tmp_path):
    runs = [
        results("naive", measured=[measurement(), measurement(30.0)]),
        results("lifelong", measured=[measurement(), measurement(20.0)]),
        results("cumulative", measured=[measurement(), measurement(10.0)]),
    ]
    assert best(tables(write_grid(tmp_path, runs))[1]) == {("lifelong", 1)}


def test_the_best_is_none_of_those_that_lack_a_seed(tmp_path):
    runs = [
        results(strategy, seed, measured=[measurement(), measurement(distance)])
        for strategy, seed, distance in (
            ("naive", 0, 30.0),
            ("naive", 1, 30.0),
            ("ewc", 0, 20.0),
            ("ewc", 1, 20.0),
            ("lifelong", 0, 10.0),
        )
    ]
    assert best(tables(write_grid(tmp_path, runs))[1]) == {("ewc", 1)}


def test_the_importance_weighted_bound_has_a_column_if_there_is_one(tmp_path):
    weighted = {"bound": 1.25, "samples": 500, "images": 1000}
    run = results(importance_weighted=weighted)
    table = tables(write_grid(tmp_path, [run], importance_samples=500))[0]
    assert "importance-weighted bound, nats" in table.header
    assert rows(table)["lifelong"][1] == "1.25"
    assert "S = 500 samples on 1,000 test images" in table.caption


def test_the_appendix_has_every_task_and_every_run(tmp_path):
    contents = read_contents(write_grid(tmp_path, three_strategies((0, 1))))
    assert rows(tasks_table(contents))["naive"] == ["12.50 ± 0.71", "2.50 ± 0.71"]
    by_seed = seeds_table(contents)
    assert len(by_seed.rows) == 6
    assert [cell.text for cell in by_seed.rows[3]][:4] == ["lifelong", "1", "3.50", "0.800"]
    assert by_seed.rows[0][-1] == Cell("2026-01-02")


def test_the_stand_in_is_named_in_every_caption(tmp_path):
    directory = write_grid(tmp_path, [results()], sequence="mnist-to-svhn", standin=True)
    captions = [table.caption for table in tables(directory)]
    assert all("SynthDigits, a stand-in for SVHN" in caption for caption in captions)
