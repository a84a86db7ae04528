namespace Mainstay.Simulator.Fuzzing;

/// <summary>A packet that a decoder did not take as it should.</summary>
/// <param name="Target">The decoder.</param>
/// <param name="Problem">What happened.</param>
/// <param name="Packet">The packet.</param>
public sealed record DecoderProblem(string Target, string Problem, byte[] Packet);

/// <summary>What came of feeding rubbish to the decoders.</summary>
public sealed class DecoderFuzzer
{
    /// <summary>Packets with one stream of random numbers and one set of machines: how a run is divided, whatever the jobs.</summary>
    public const int ChunkSize = 65_536;

    /// <summary>No decoder may allocate more for one packet: the longest list that a message may hold.</summary>
    public const long AllocationMax = 8192;

    private const int ProblemsMax = 20;

    private readonly Lock _gate = new();
    private readonly List<DecoderProblem> _problems = [];
    private readonly long[] _accepted = new long[Enum.GetValues<DecoderTarget>().Length];

    private long _allocated;

    /// <summary>Good packets that the others were made of.</summary>
    public int CorpusSize { get; private set; }

    /// <summary>Packets fed to every decoder.</summary>
    public long PacketCount { get; private set; }

    /// <summary>The most that the decoders allocated for one packet, in bytes.</summary>
    public long AllocationPeak { get; private set; }

    /// <summary>What the decoders and the machines behind them allocated for a packet on average, in bytes.</summary>
    public long AllocatedPerPacket => PacketCount == 0 ? 0 : _allocated / PacketCount;

    /// <summary>What went wrong; only the first few.</summary>
    public IReadOnlyList<DecoderProblem> Problems => _problems;

    /// <summary>Packets accepted, by decoder.</summary>
    public IEnumerable<(string Target, long Count)> Accepted =>
        Enum.GetValues<DecoderTarget>().Select(target => (target.ToString(), _accepted[(int)target]));

    /// <summary>Feeds packets.</summary>
    /// <param name="count">How many; rounded up to whole chunks.</param>
    /// <param name="seed">Decides everything.</param>
    /// <param name="jobs">Chunks side by side.</param>
    /// <param name="captures">A folder with pcap files, or none.</param>
    /// <param name="cancellation">Ends the run between two chunks.</param>
    public static DecoderFuzzer Run(ulong count, ulong seed, int jobs, string? captures, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(jobs);
        var corpus = PacketCorpus.Collect(captures);
        var fuzzer = new DecoderFuzzer { CorpusSize = corpus.Length };
        var chunks = (count + ChunkSize - 1) / ChunkSize;
        var next = -1L;
        var workers = new Thread[jobs];
        for (var index = 0; index < jobs; index++)
        {
            workers[index] = new Thread(Work) { Name = $"fuzz {index}" };
            workers[index].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return fuzzer;

        void Work()
        {
            for (var chunk = (ulong)Interlocked.Increment(ref next);
                chunk < chunks && !cancellation.IsCancellationRequested;
                chunk = (ulong)Interlocked.Increment(ref next))
            {
                fuzzer.RunChunk(corpus, new Prng(seed, chunk));
            }
        }
    }

    private void RunChunk(byte[][] corpus, Prng prng)
    {
        var accepted = new long[_accepted.Length];
        var mutator = new PacketMutator(corpus, prng);
        using var targets = new DecoderTargets(accepted);
        var peak = 0L;
        var begin = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < ChunkSize; index++)
        {
            var packet = mutator.Next();
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                targets.Decode(packet);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                if (allocated > AllocationMax)
                {
                    Report(targets.Current, $"{allocated} bytes allocated for a packet of {packet.Length}", packet);
                }

                peak = Math.Max(peak, allocated);
                targets.Drive(packet);
            }
            catch (Exception failure)
            {
                Report(targets.Current, $"{failure.GetType().Name}: {failure.Message}", packet);
            }
        }

        lock (_gate)
        {
            PacketCount += ChunkSize;
            _allocated += GC.GetAllocatedBytesForCurrentThread() - begin;
            AllocationPeak = Math.Max(AllocationPeak, peak);
            for (var index = 0; index < accepted.Length; index++)
            {
                _accepted[index] += accepted[index];
            }
        }
    }

    private void Report(DecoderTarget target, string problem, ReadOnlyMemory<byte> packet)
    {
        lock (_gate)
        {
            if (_problems.Count < ProblemsMax)
            {
                _problems.Add(new DecoderProblem(target.ToString(), problem, packet.ToArray()));
            }
        }
    }
}
