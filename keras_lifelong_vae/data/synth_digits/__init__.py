"""SynthDigits: a stand-in for SVHN, drawn by this package where SVHN can't be had."""
