"""What the serving commands say of files and options that cannot be right."""

from __future__ import annotations

import pytest

ROW = "model_path,system,isl,osl,concurrency,tp_size\nLlama-3.1-70B,h100_sxm,1024,1024,1,4\n"
POINT = ("--model", "Llama-3.1-70B", "--system", "h100_sxm", "--tp", "4")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows.csv").write_text(ROW, encoding="utf-8")
    (tmp_path / "binary.json").write_bytes(b"\x99\xff\x00\x12" * 100)
    (tmp_path / "binary.csv").write_bytes(b"\x99\xff\x00\x12" * 100)
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    (tmp_path / "text.json").write_text(
        '{"bf16_tflops": "many", "bandwidth_gb_s": 1, "memory_gb": 1, "link_gb_s": 1}', encoding="utf-8"
    )
    (tmp_path / "trace.csv").write_text("arrival_s,input_tokens,output_tokens\n5,9,9\n1,9,9\n", encoding="utf-8")
    (tmp_path / "windows.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("predict", "--csv", "rows.csv", "--out", "."), "is a folder; give the name of a file to write"),
        (("predict", "--csv", "rows.csv", "--out", "none/a.csv"), "none/a.csv: cannot be written"),
        (("predict", "--csv", "rows.csv", "--out", "rows.csv"), "--out would overwrite --csv"),
        (("predict", "--csv", "rows.csv", "--out", "a.csv", "--tp", "4"), "--tp: is for one point"),
        (("predict", "--csv", ".", "--out", "a.csv"), "is a folder; give a CSV file"),
        (("predict", "--csv", "binary.csv", "--out", "a.csv"), "byte 0 is not UTF-8"),
        (("predict", "--csv", "windows.csv", "--out", "a.csv"), "no column model_path, system, isl, osl; it has a, b"),
        (("predict", *POINT, "--model", "binary.json"), "binary.json: byte 0 is not UTF-8"),
        (("predict", *POINT, "--system", "binary.json"), "binary.json: byte 0 is not UTF-8"),
        (("predict", *POINT, "--system", "empty.json"), "the data sheet states no bf16_tflops"),
        (("predict", *POINT, "--system", "text.json"), "bf16_tflops is 'many'; a number is wanted"),
        (("predict", *POINT, "--acceptance", "0.5"), "nothing is guessed ahead without --drafts"),
        (("predict", *POINT, "--backend", "vlm"), "did you mean 'vllm'"),
        (("predict", *POINT, "--isl", "nan"), "'--isl': nan; a number from 1"),
        (("explain",), "give --model and --system"),
        (("simulate", *POINT, "--trace", "trace.csv"), "time goes back"),
        (("simulate", *POINT, "--trace", "trace.csv", "--rate", "1"), "--rate: --trace brings its own arrivals"),
        (("simulate", *POINT, "--trace", "windows.csv", "--client-lengths", "windows.csv"), "have no column model"),
        (("sweep", *POINT, "--loads", "nan"), "loads are above 0"),
        (("sweep", *POINT, "--loads", "1.5"), "whole numbers of requests"),
        (("sweep", *POINT, "--concurrency", "4"), "a sweep raises it"),
        (
            ("plan", "--model", "Llama-3.1-70B", "--chip", "h200_sxm", "--trace", "trace.csv"),
            "line 3 of the trace: time",
        ),
        (("plan", "--model", "Llama-3.1-70B", "--chip", "h200_sxm", "--trace", "windows.csv"), "no column TIMESTAMP"),
        (("validate", "--data", "none"), "none: no such folder"),
    ],
)
def test_what_cannot_be_read_or_written_is_one_line(rackmath, folder, monkeypatch, words, told):
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    done = rackmath("serving", *words)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1
    assert sorted(folder.iterdir()) == before
