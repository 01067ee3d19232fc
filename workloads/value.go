package workloads

// alphabet holds the letters of padding. They are printable, so that evidence can be shown as it is.
const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// value returns the value of the write called name in the run of seed: the name, then padding that depends on both, up
// to size bytes. Different names give different values, whatever the size.
func value(seed uint64, name string, size int) []byte {
	v := make([]byte, 0, max(size, len(name)))
	v = append(v, name...)
	if len(v) >= size {
		return v
	}
	v = append(v, ' ') // ends the name, so that no padded name equals another name
	rng := stream(seed, name)
	for len(v) < size {
		bits := rng.Uint64()
		for range min(10, size-len(v)) { // a number gives 10 letters of 6 bits
			v = append(v, alphabet[bits%64])
			bits /= 64
		}
	}
	return v
}
