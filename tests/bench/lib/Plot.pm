# SPDX-License-Identifier: GPL-2.0-only
#
# Plots as SVG, by gnuplot.
package Plot;
use strict;
use warnings;

my @colours = ('#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b');

# draw FILE, title => ..., x => ..., y => ..., linear_y => 1, lines =>
#	[{ title => ..., points => [[x, y], ...], dashed => 1, colour => N }, ...]
sub draw {
	my ($file, %plot) = @_;
	my @lines = grep { @{$_->{points}} } @{$plot{lines}};

	return unless @lines;
	open my $gnuplot, '|-', 'gnuplot' or die "gnuplot: $!\n";
	print $gnuplot <<"EOF";
set terminal svg size 760,440 dynamic background "white" font "sans,12"
set output "$file"
set title "$plot{title}"
set xlabel "$plot{x}"
set ylabel "$plot{y}"
set logscale x 2
set key outside right
set grid
EOF
	print $gnuplot $plot{linear_y} ? "set yrange [0:*]\n" : "set logscale y\n";
	print $gnuplot "set xtics (", join(', ', map { "\"$_->[0]\" $_->[1]" } @{$plot{tics}}), ")\n"
		if $plot{tics};
	print $gnuplot 'plot ', join(', ', map { style($_) } @lines), "\n";
	for my $line (@lines) {
		print $gnuplot "$_->[0] $_->[1]\n"
			for sort { $a->[0] <=> $b->[0] } @{$line->{points}};
		print $gnuplot "e\n";
	}
	close $gnuplot or die "gnuplot failed at $file\n";
}

sub style {
	my ($line) = @_;
	my $colour = $colours[$line->{colour} // 0];
	my $dash = $line->{dashed} ? 'dashtype 2' : 'dashtype 1';

	return "'-' title \"$line->{title}\" with linespoints linewidth 2 pointtype 7 " .
		"pointsize 0.4 linecolor rgb \"$colour\" $dash";
}

1;
