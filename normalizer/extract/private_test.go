package extract

import "testing"

func TestPrivateUse(t *testing.T) {
	for in, want := range map[string]string{
		"云河\uE81E大桥": "云河龴大桥", "通车了\uE78E": "通车了。", "\uE600 分享": "分享", "\uF8FF": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
