"""How people name what lies below the commune, as data: lower case, spelled with accents."""

#: Whatever follows is a name, however it is typed: "xom dong".
SURE = ("tổ dân phố", "tiểu khu", "khu phố", "thôn", "xóm", "làng", "khóm", "ấp", "tdp", "kp")
#: Words of every day as well: they count before a number or a capital.
UNSURE = ("khối", "bản", "đội", "khu", "phố", "tổ")
#: Before the last of UNSURE these make it something larger: "thành phố".
LARGER = ("thành",)
#: May stand between such a word and its number: "tổ số 3".
NUMBER = ("số",)
#: May stand between the hamlet and its commune: "xóm 5 thuộc xã Hải Xuân".
LINKS = ("ở", "tại", "thuộc", "của")
