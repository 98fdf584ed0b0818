delete from baseline_counts where baseline = $baseline;

delete from baselines where name = $baseline;
