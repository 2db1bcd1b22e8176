package extract

import "testing"

func TestUndouble(t *testing.T) {
	rows := []struct{ name, in, want string }{
		{"clean", "It’s a café – naïve", "It’s a café – naïve"},
		{"doubled", "Itâ\u0080\u0099s a cafÃ© â\u0080\u0093 done", "It’s a café – done"},
		{"both in one page", "Itâ\u0080\u0099s a café", "It’s a café"},
		{"doubled euro", "â\u0082¬10 and â\u0080\u009cso onâ\u0080\u009d", "€10 and “so on”"},
		{"Chinese beside it", "青禾市â\u0080\u0094石桥", "青禾市—石桥"},
		{"cut off", "â\u0080", "â\u0080"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := undouble(row.in); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}
