package hand

import (
	"errors"
	"testing"
)

// bars is a picture of a thick upright stroke and a thin short foot, each as dark
// as given.
func bars(upright, foot uint8) field {
	f := field{28, 28, make([]uint8, 28*28)}
	for y := 4; y < 22; y++ {
		for x := 12; x < 15; x++ {
			f.ink[y*28+x] = upright
		}
	}
	for y := 21; y < 22; y++ {
		for x := 15; x < 19; x++ {
			f.ink[y*28+x] = foot
		}
	}
	return f
}

func TestACopyKeepsAllStrokesOrIsRefused(t *testing.T) {
	if whole, err := bars(240, 200).outlined(); err != nil || whole.width < 24 {
		t.Errorf("two firm strokes: %d wide, %v", whole.width, err)
	}
	for _, foot := range []uint8{60, 80, 100, 120} {
		whole, err := bars(240, foot).outlined()
		if err == nil && whole.width < 24 || err != nil && !errors.Is(err, errFaint) {
			t.Errorf("a foot of %d against 240 is lost: %d wide, %v", foot, whole.width, err)
		}
	}
}
