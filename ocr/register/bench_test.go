package register_test

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkFind(b *testing.B) {
	forms := loadForms(b)
	index := openIndex(b, forms)
	for _, f := range forms {
		s := scan(b, f, look{skew: 1.3, scale: 0.97, filled: true, noise: 12}, rand.New(rand.NewPCG(1, 1)))
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := index.Find(s.image); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
