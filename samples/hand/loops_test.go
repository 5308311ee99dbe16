package hand

import "testing"

func TestLoops(t *testing.T) {
	for _, c := range []struct {
		name  string
		rows  []string
		loops int
	}{
		{"stroke", []string{"     ", "  #  ", "  #  ", "  #  ", "     "}, 0},
		{"ring", []string{"######", "#    #", "#    #", "#    #", "#    #", "######"}, 1},
		{"ring closed by a corner only", []string{" #### ", "#    #", "#    #", "#    #", "#    #", " #### "}, 1},
		{"open ring", []string{"######", "#    #", "#     ", "#    #", "#    #", "######"}, 0},
		{"pinhole", []string{"#####", "# # #", "##  #", "#####"}, 0},
		{"eight", []string{"######", "#    #", "#    #", "#    #", "######", "#    #", "#    #", "#    #", "######"}, 2},
	} {
		f := field{width: len(c.rows[0]), height: len(c.rows)}
		for _, row := range c.rows {
			for _, r := range row {
				value := uint8(0)
				if r == '#' {
					value = 255
				}
				f.ink = append(f.ink, value)
			}
		}
		if got := f.loops(128); got != c.loops {
			t.Errorf("%s: %d loops, want %d", c.name, got, c.loops)
		}
	}
}
