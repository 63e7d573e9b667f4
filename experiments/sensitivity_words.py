"""Words of sensitivity studies, in two languages."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PHRASES", "say"]

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "plan": "plan: {samples} trajectories x {points} points x {replicates} ="
        " {jobs} {units} of {firms} firms x {months} months, about {time} on {cores}; {factors}"
        " and a dummy",
        "replicate": "{n} replicate",
        "replicates": "{n} replicates",
        "pairs": "pairs of runs",
        "runs": "runs",
        "parameters": "{n} parameters one by one",
        "groups": "{n} groups ({m} parameters)",
        "effect": "{scenario} against {baseline}",
        "level": "{scenario}",
        "mean": "mean over all points {value}",
        "rank": "rank",
        "parameter": "parameter",
        "group": "group",
        "kind": "kind",
        "mu_star": "mu* [95 %]",
        "sigma": "sigma",
        "direction": "higher value",
        "+": "more",
        "-": "less",
        "+-": "both ways",
        "": "-",
        "assumed": "assumed",
        "measured": "measured",
        "estimated": "estimated",
        "literature": "literature",
        "of": "{n} parameters",
        "dummy": "dummy",
        "luck": "other luck",
        "legend": "mu*: mean change of the outcome when a value goes through its whole range;"
        " [95 %] by resampling trajectories.  sigma: how much that change differs from place to"
        " place.  higher value: more or less where 95 % of the resamplings agree.  ? not told"
        " from the dummy, which only deals other luck",
        "the_effect": "The effect on {outcome}",
        "the_level": "{outcome}",
        "most": "{what} hangs most on {items}; {few} of {all} {units} cannot be told from a dummy"
        " at this sample.",
        "none": "{what} hangs on no single one of {all} {units} clearly: none can be told from a"
        " dummy at this sample (largest: {items}).",
        "same": "{what} is the same at every point: it hangs on none of {all} {units}.",
        "units_parameters": "parameters",
        "units_groups": "groups",
        "idle": "of no influence at all, not even in one run: {items}",
        "more": "{n} more in the files",
        "lost": "{outcome}: {points} of {all} runs are not finite; their {n} of {samples}"
        " trajectories are left out",
        "gone": "{outcome}: not finite in {points} of {all} runs; fewer than two whole"
        " trajectories are left, and it is not shown",
        "luckier": "nothing stands out from luck: more --replicates make luck smaller, more"
        " --samples the intervals narrower",
        "quick": "only {n} trajectories: intervals are too narrow and the order may change; a quick"
        " look, not a result",
        "map_title": "What {what} hangs on",
        "x": "mu*: mean size of the change, {unit}",
        "y": "sigma: how it differs from place to place, {unit}",
        "below": "not told from the dummy",
        "line": "sigma = mu*",
        "clear": "above the dummy",
        "caption": "{what}, {window}: change for a whole range of each figure. Line: 95 % by"
        " resampling {n} trajectories. Grey: cannot be told from the dummy, which deals other luck"
        " and moves no parameter (band: up to the upper end of its interval). {jobs} {units}, seed"
        " {seed}, region {region}, {firms} firms simulated.",
        "hides": "{n} further {units} lie below.",
    },
    "id": {
        "plan": "rencana: {samples} lintasan x {points} titik x {replicates} = {jobs}"
        " {units} dengan {firms} usaha x {months} bulan, sekitar {time} pada {cores}; {factors} dan"
        " satu boneka",
        "replicate": "{n} ulangan",
        "replicates": "{n} ulangan",
        "pairs": "pasang simulasi",
        "runs": "simulasi",
        "parameters": "{n} parameter satu per satu",
        "groups": "{n} kelompok ({m} parameter)",
        "effect": "{scenario} dibanding {baseline}",
        "level": "{scenario}",
        "mean": "rata-rata semua titik {value}",
        "rank": "urutan",
        "parameter": "parameter",
        "group": "kelompok",
        "kind": "jenis",
        "mu_star": "mu* [95 %]",
        "sigma": "sigma",
        "direction": "nilai lebih tinggi",
        "+": "naik",
        "-": "turun",
        "+-": "dua arah",
        "": "-",
        "assumed": "diasumsikan",
        "measured": "diukur",
        "estimated": "diperkirakan",
        "literature": "pustaka",
        "of": "{n} parameter",
        "dummy": "boneka",
        "luck": "nasib lain",
        "legend": "mu*: perubahan rata-rata hasil bila suatu nilai melewati seluruh kisarannya;"
        " [95 %] dengan pengambilan ulang lintasan.  sigma: beda perubahan itu dari titik ke"
        " titik.  nilai lebih tinggi: naik atau turun bila 95 % pengambilan ulang sepakat.  ? tidak"
        " dapat dibedakan dari boneka, yang hanya memberi nasib lain",
        "the_effect": "Pengaruh pada {outcome}",
        "the_level": "{outcome}",
        "most": "{what} paling bergantung pada {items}; {few} dari {all} {units} belum dapat"
        " dibedakan dari boneka pada sampel ini.",
        "none": "{what} tidak jelas bergantung pada satu pun dari {all} {units}: semuanya belum"
        " dapat dibedakan dari boneka pada sampel ini (terbesar: {items}).",
        "same": "{what} sama di setiap titik: tidak bergantung pada satu pun dari {all} {units}.",
        "units_parameters": "parameter",
        "units_groups": "kelompok",
        "idle": "tanpa pengaruh sama sekali, di satu simulasi pun: {items}",
        "more": "{n} lagi dalam berkas",
        "lost": "{outcome}: {points} dari {all} simulasi tidak terhingga; {n} dari {samples}"
        " lintasannya tidak dipakai",
        "gone": "{outcome}: tidak terhingga dalam {points} dari {all} simulasi; kurang dari dua"
        " lintasan utuh tersisa, sehingga tidak ditampilkan",
        "luckier": "tidak ada yang menonjol dibanding nasib: --replicates lebih banyak mengecilkan"
        " peran nasib, --samples lebih banyak menyempitkan selang",
        "quick": "hanya {n} lintasan: selang terlalu sempit dan urutan dapat berubah; sekadar"
        " gambaran awal, bukan hasil",
        "map_title": "Bergantung pada apa: {what}",
        "x": "mu*: besar perubahan rata-rata, {unit}",
        "y": "sigma: bedanya dari titik ke titik, {unit}",
        "below": "tidak dapat dibedakan dari boneka",
        "line": "sigma = mu*",
        "clear": "di atas boneka",
        "caption": "{what}, {window}: perubahan untuk seluruh kisaran tiap angka. Garis: 95 %"
        " dengan pengambilan ulang {n} lintasan. Abu-abu: belum dapat dibedakan dari boneka, yang"
        " memberi nasib lain tanpa mengubah parameter (pita: sampai ujung atas selangnya). {jobs}"
        " {units}, benih {seed}, daerah {region}, {firms} usaha disimulasikan.",
        "hides": "{n} {units} lain ada di bawahnya.",
    },
}


def say(key: str, lang: str, **values: object) -> str:
    """A phrase in a language."""
    return PHRASES[lang][key].format(**values)
