namespace Mainstay.Lab.Tests;

/// <summary>Labs run one after another: they measure real timers, and two cores are few.</summary>
[CollectionDefinition("lab", DisableParallelization = true)]
public sealed class LabCollection;
