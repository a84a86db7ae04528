using System.Runtime.InteropServices;
using System.Text;

namespace Mainstay.Cli;

/// <summary>What a tool sees of the world: its streams, its environment and the facts of the terminal. Tests hand in their own.</summary>
internal sealed class ToolContext
{
    private readonly Func<TextWriter> _openError;
    private readonly Func<TextReader> _openInput;
    private readonly Func<TerminalFacts> _findTerminal;
    private readonly Lazy<CancellationToken> _cancellation;

    /// <summary>Creates a context over any streams.</summary>
    /// <param name="invokedName">The name that the user typed: basename of <c>argv[0]</c>, for usage lines.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="environment">Looks up an environment variable; <see langword="null"/> where it is not set.</param>
    /// <param name="terminal">Facts of the terminal behind <paramref name="output"/>.</param>
    /// <param name="cancellation">Makes the token that Ctrl-C and SIGTERM cancel; called once, on first use.</param>
    public ToolContext(
        string invokedName,
        TextWriter output,
        TextWriter error,
        TextReader input,
        Func<string, string?> environment,
        TerminalFacts terminal,
        Func<CancellationToken>? cancellation = null)
        : this(invokedName, output, () => error, () => input, environment, () => terminal, cancellation)
    {
    }

    // Most commands need neither input nor the facts of the terminal, and a good end needs no standard error.
    private ToolContext(
        string invokedName,
        TextWriter output,
        Func<TextWriter> error,
        Func<TextReader> input,
        Func<string, string?> environment,
        Func<TerminalFacts> terminal,
        Func<CancellationToken>? cancellation)
    {
        InvokedName = invokedName;
        Out = output;
        Environment = environment;
        _openError = error;
        _openInput = input;
        _findTerminal = terminal;
        _cancellation = new Lazy<CancellationToken>(cancellation ?? (static () => CancellationToken.None));
    }

    /// <summary>The name that the user typed: basename of <c>argv[0]</c>.</summary>
    public string InvokedName { get; }

    /// <summary>Standard output. Every write reaches the file descriptor at once: build large texts first, then write them whole.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error => field ??= _openError();

    /// <summary>Standard input.</summary>
    public TextReader In => field ??= _openInput();

    /// <summary>Looks up an environment variable; <see langword="null"/> where it is not set.</summary>
    public Func<string, string?> Environment { get; }

    /// <summary>Facts of the terminal behind <see cref="Out"/>.</summary>
    public TerminalFacts Terminal => field ??= _findTerminal();

    /// <summary>
    /// Cancelled by SIGINT and SIGTERM. The handlers are installed on first use, so a tool that never asks dies by the signal as usual.
    /// </summary>
    public CancellationToken Cancellation => _cancellation.Value;

    /// <summary>Stands in for the agents of this host; <see langword="null"/> outside tests.</summary>
    public Agents.IAgentCatalog? Agents { get; init; }

    /// <summary>Stands in for the CIB of the running cluster; <see langword="null"/> outside tests.</summary>
    public Configuration.ICibStore? LiveCib { get; init; }

    /// <summary>The clock that every tool tells the time by. Tests stop it at a moment of their own.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The time by <see cref="Clock"/>, in the local zone.</summary>
    public DateTimeOffset Now => Clock.GetLocalNow();

    /// <summary>
    /// Called by a tool that reads, computes, answers and ends: nothing it allocates is worth collecting while there is memory. A tool that
    /// goes on, and tests, which share their process, leave it alone.
    /// </summary>
    public Action DeferCollections { get; private init; } = static () => { };

    /// <summary>The same context under another tool's name (a tool that calls another one).</summary>
    public ToolContext WithName(string invokedName) =>
        new(invokedName, Out, () => Error, () => In, Environment, () => Terminal, () => Cancellation)
        {
            Agents = Agents,
            LiveCib = LiveCib,
            Clock = Clock,
            DeferCollections = DeferCollections,
        };

    /// <summary>The context of this process.</summary>
    public static ToolContext OfProcess(string invokedName)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(new StandardOutputStream(), encoding, bufferSize: 16 * 1024) { AutoFlush = true };
        return new ToolContext(
            invokedName,
            output,
            () => new StreamWriter(Console.OpenStandardError(), encoding, bufferSize: 1024) { AutoFlush = true },
            () => new StreamReader(Console.OpenStandardInput(), encoding),
            System.Environment.GetEnvironmentVariable,
            static () => TerminalFacts.OfProcess(System.Environment.GetEnvironmentVariable),
            SignalledToken)
        {
            DeferCollections = GarbageCollection.Defer,
        };
    }

    private static CancellationToken SignalledToken()
    {
        // Lives as long as the process: the registrations are its signal handlers.
        var source = new CancellationTokenSource();
        Handle(PosixSignal.SIGINT);
        Handle(PosixSignal.SIGTERM);
        return source.Token;

        void Handle(PosixSignal signal) => s_signals.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            source.Cancel();
        }));
    }

    // Keeps the registrations reachable; a collected registration would drop its handler.
    private static readonly List<PosixSignalRegistration> s_signals = [];
}
