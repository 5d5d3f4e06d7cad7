"""Contract 2: kill -9 at any instant loses only units in flight."""

from kill_storm import Storm


def test_killed_fifty_times_nothing_is_lost_or_run_again(driver_program, tmp_path):
    storm = Storm(driver_program, tmp_path, seed=1).run(kills=50)
    assert storm.kills.total() >= 50
    assert storm.committed_at_kills > 1000
    print(dict(storm.kills), storm.records, "records", storm.committed_at_kills, "units committed")
