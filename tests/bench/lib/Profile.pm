# SPDX-License-Identifier: GPL-2.0-only
#
# Gives names to the addresses that instructions.so counted.
package Profile;
use strict;
use warnings;
no warnings 'portable';	# addresses have 64 bits

# The lower half of the address space is the program's.
use constant KERNEL => 0x800000000000;

my @sections = ('', 'prepare', 'submit', 'wait');

# Symbols by address: [[address, name, module], ...]
sub read_kallsyms {
	my ($path) = @_;
	my @symbols;

	open my $in, '<', $path or die "$path: $!\n";
	while (<$in>) {
		my ($address, $type, $name, $module) = split;

		next unless $type =~ /[tTwW]/;
		push @symbols, [hex $address, $name, $module ? $module =~ s/[][]//gr : 'vmlinux'];
	}
	return [sort { $a->[0] <=> $b->[0] } @symbols];
}

# Each mapped file of the program with its symbols. The first mapping of a file is
# that of its beginning.
sub read_maps {
	my ($path) = @_;
	my (@files, %base);

	open my $in, '<', $path or die "$path: $!\n";
	while (<$in>) {
		my ($range, $mode, undef, undef, undef, $file) = split;
		my ($start, $end) = map { hex } split /-/, $range;

		next unless $file && $file =~ m{^/};
		$base{$file} //= $start;
		next unless $mode =~ /x/;
		push @files, { start => $start, end => $end, name => $file =~ s{.*/}{}r =~ s/\.so.*//r,
			       symbols => read_nm($file, $base{$file}) };
	}
	return \@files;
}

sub read_nm {
	my ($file, $base) = @_;
	my @symbols;

	open my $in, '-|', "nm '$file' 2>/dev/null || nm -D '$file' 2>/dev/null" or return [];
	while (<$in>) {
		push @symbols, [$base + hex $1, $2] if /^([0-9a-f]+) [tTwWi] ([^@\s]+)/;
	}
	close $in;
	return [sort { $a->[0] <=> $b->[0] } @symbols];
}

# The last symbol that begins at or below an address.
sub find {
	my ($symbols, $address) = @_;
	my ($low, $high) = (0, scalar @$symbols);

	while ($high - $low > 1) {
		my $middle = int(($low + $high) / 2);

		if ($symbols->[$middle][0] <= $address) { $low = $middle } else { $high = $middle }
	}
	return @$symbols && $symbols->[$low][0] <= $address ? $symbols->[$low] : undef;
}

sub name {
	my ($kernel, $files, $address) = @_;

	if ($address >= KERNEL) {
		my $symbol = find($kernel, $address);

		return $symbol ? ($symbol->[1], $symbol->[2]) : ('?', 'vmlinux');
	}
	for my $file (@$files) {
		next if $address < $file->{start} || $address >= $file->{end};
		my $symbol = find($file->{symbols}, $address);

		return ($symbol ? $symbol->[1] : '?', $file->{name});
	}
	return ('?', 'program');
}

# Adds to each of @$loads, in the order in which they were counted, what a copy
# takes: {instructions}.
sub add {
	my ($loads, $blocks, $kallsyms, $maps) = @_;
	my ($kernel, $files) = (read_kallsyms($kallsyms), read_maps($maps));
	my (%names, %of_turn);

	for my $i (0 .. $#$loads) {
		my $load = $loads->[$i];

		$load->{instructions} = { total => 0, prepare => 0, submit => 0, wait => 0,
					  program => 0, library => 0, kernel => 0, string => 0,
					  functions => {} };
		# Between two loads nothing is counted.
		$of_turn{2 * $i + 1} = $load;
	}
	open my $in, '<', $blocks or die "$blocks: $!\n";
	while (<$in>) {
		my ($turn, $section, $address, $length, $runs, $string) = split;
		my $load = $of_turn{$turn} or next;

		next unless $section;
		my ($function, $module) = @{$names{$address} //= [name($kernel, $files, hex $address)]};
		count($load, $sections[$section], $function, $module, $string,
		      $length * $runs / $load->{jobs} / $load->{batch});
	}
}

sub count {
	my ($load, $section, $function, $module, $string, $n) = @_;
	my $sum = $load->{instructions};
	my $user = $module =~ /^(bench|program)$/ ? 'program' :
		$module =~ /^(lib|ld-)/ ? 'library' : 'kernel';
	my $entry = $sum->{functions}{"$function [$module]"} //= { total => 0 };

	$sum->{$_} += $n for 'total', $section, $user;
	$sum->{string} += $n if $string;
	$entry->{$_} += $n for 'total', $section;
}

1;
