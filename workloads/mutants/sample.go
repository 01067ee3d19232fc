package mutants

// Sample selects some of the mutants. Successive turns select different ones until all have been selected.
type Sample struct {
	Size int // number of mutants; 0: all
	Turn int // a growing number, such as the number of commits
}

// sampleStride is about 0.618 n and coprime to n. Neighbours in the list are often related; mutants this far apart are
// not.
func sampleStride(n int) int {
	stride := max(1, n*618/1000)
	for gcd(stride, n) != 1 {
		stride++
	}
	return stride
}

func (s Sample) of(all []Mutant) []Mutant {
	n := len(all)
	if s.Size <= 0 || s.Size >= n {
		return all
	}
	stride, first := sampleStride(n), s.Turn%n*s.Size
	chosen := make([]Mutant, s.Size)
	for i := range chosen {
		chosen[i] = all[(first+i)*stride%n]
	}
	return chosen
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
