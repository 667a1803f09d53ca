"""Shortest paths through a graph."""

from smecluster.model.support.graphs import find_shortest_path

GRAPH = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e", "a"], "f": ["a"]}


def test_the_shortest_path_holds_both_ends():
    assert find_shortest_path(GRAPH, "a", "e") == ("a", "b", "d", "e")


def test_of_equal_paths_the_first_named_is_chosen():
    assert find_shortest_path({**GRAPH, "a": ["c", "b"]}, "a", "e") == ("a", "c", "d", "e")


def test_a_path_goes_around_what_it_must_avoid():
    assert find_shortest_path(GRAPH, "a", "e", avoid=["b"]) == ("a", "c", "d", "e")
    assert find_shortest_path(GRAPH, "a", "e", avoid=["d"]) is None


def test_there_is_no_path_against_the_arrows():
    assert find_shortest_path(GRAPH, "a", "f") is None


def test_a_node_is_its_own_path():
    assert find_shortest_path(GRAPH, "a", "a") == ("a",)


def test_a_longer_path_is_taken_where_the_shorter_is_barred():
    graph = {"a": ["b", "c"], "b": ["d"], "c": ["e"], "e": ["d"]}
    assert find_shortest_path(graph, "a", "d") == ("a", "b", "d")
    assert find_shortest_path(graph, "a", "d", avoid={"b"}) == ("a", "c", "e", "d")
    assert find_shortest_path(graph, "d", "a") is None
