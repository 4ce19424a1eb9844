from report_helpers import measurement, results, three_strategies, write_grid

from keras_lifelong_vae.experiments.report.contents import read_contents
from keras_lifelong_vae.experiments.report.markdown import Best, Table
from keras_lifelong_vae.experiments.report.tables import main_tables, seeds_table, tasks_table


def tables(directory) -> list[Table]:
    return [block for block in main_tables(read_contents(directory)) if isinstance(block, Table)]


def rows(table):
    return {row[0]: row[1:] for row in table.rows}


def best(table):
    cells = ((row[0], i, cell) for row in table.rows for i, cell in enumerate(row))
    return {(name, i) for name, i, cell in cells if isinstance(cell, Best)}


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


def test_a_learned_prior_has_a_table_of_the_strategies_that_have_one(tmp_path):
    figures = {
        "negative_elbo": 2.25,
        "bound": 1.5,
        "frechet_distance": 7.0,
        "task_shares": [0.5, 0.5],
        "bytes": 4540,
    }
    weighted = {"bound": 1.75, "samples": 500, "images": 1000}
    own = results(importance_weighted=weighted, learned_prior=figures)
    directory = write_grid(tmp_path, [results("naive"), own], importance_samples=500)
    table = tables(directory)[2]
    assert rows(table) == {"lifelong": ["2.50", "1.75", "2.25", "1.50", "7.00", "1.000", "4540"]}
    assert len(tables(write_grid(tmp_path / "none", [results()]))) == 4


def test_the_appendix_has_every_task_and_every_run(tmp_path):
    contents = read_contents(write_grid(tmp_path, three_strategies((0, 1))))
    assert rows(tasks_table(contents))["naive"] == ["12.50 ± 0.71", "2.50 ± 0.71"]
    by_seed = seeds_table(contents)
    assert len(by_seed.rows) == 6
    assert by_seed.rows[3][:4] == ["lifelong", "1", "3.50", "0.800"]
    assert by_seed.rows[0][-1] == "2026-01-02"


def test_the_stand_in_is_named_in_every_caption(tmp_path):
    directory = write_grid(tmp_path, [results()], sequence="mnist-to-svhn", standin=True)
    captions = [table.caption for table in tables(directory)]
    assert all("SynthDigits, a stand-in for SVHN" in caption for caption in captions)


def from_aggregate(distance, prior=None):
    origin = {"generated_from": "aggregate_posterior", "frechet_distance_prior": prior}
    return [measurement(), measurement(distance, **origin)]


def test_the_frechet_distance_has_a_column_for_each_origin_of_z(tmp_path):
    runs = [results("naive"), results("lifelong", measured=from_aggregate(3.0, 8.0))]
    table = tables(write_grid(tmp_path, runs))[1]
    assert table.header[1:3] == ["Fréchet distance", "Fréchet distance, z from the prior"]
    assert rows(table)["naive"][:2] == ["9.00", "–"]
    assert rows(table)["lifelong"][:2] == ["3.00", "8.00"]
    origins = "z from the prior for naive; z from the aggregate posterior for lifelong"
    assert f"Generated by default, {origins};" in table.caption


def test_a_strategy_whose_seeds_were_generated_differently_says_so(tmp_path):
    runs = [results(measured=from_aggregate(3.0)), results(seed=1)]
    contents = read_contents(write_grid(tmp_path, runs))
    assert contents.origins == "z from the aggregate posterior or the prior"


def test_the_weights_at_the_end_are_a_cost(tmp_path):
    runs = [results("naive", parameters=1000), results("ewc", parameters=3000), results("lwf")]
    cost = tables(write_grid(tmp_path, runs))[3]
    column = cost.header.index("weights at the end") - 1
    written = {name: row[column] for name, row in rows(cost).items()}
    assert written == {"naive": "1000", "ewc": "3000", "lwf": "–"}


def test_without_a_named_sequence_the_number_of_classes_is_left_out(tmp_path):
    category = tables(write_grid(tmp_path, [results()], sequence="mine"))[2]
    assert "after the last task. Agreement" in category.caption
