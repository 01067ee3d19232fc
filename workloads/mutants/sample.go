package mutants

// Sample chooses some of the mutants: those whose turn it is. Turns go round, so that as many as it takes see all.
type Sample struct {
	Size int // how many; 0: all
	Turn int // a number that grows, such as that of the commits
}

// sampleStride is about the golden section of the number of mutants. Neighbours in the list are relatives; what is this
// far apart is not.
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
