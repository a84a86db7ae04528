namespace Mainstay.Knet.Tests;

/// <summary>The data path allocates nothing once it is warm: a garbage collection would come when the token is due.</summary>
public sealed class AllocationTests
{
    private const int Packets = 3_000;

    [Theory]
    [InlineData(CryptoCipher.None, CryptoHash.None, LinkMode.Passive)]
    [InlineData(CryptoCipher.Aes256, CryptoHash.Sha256, LinkMode.Passive)]
    [InlineData(CryptoCipher.None, CryptoHash.Sha512, LinkMode.Active)]
    [InlineData(CryptoCipher.Aes128, CryptoHash.Sha1, LinkMode.RoundRobin)]
    public void Sending_and_receiving_packets_of_any_size_allocates_nothing(CryptoCipher cipher, CryptoHash hash, LinkMode mode)
    {
        var network = new VirtualNetwork(2, 2, s => s with { Crypto = TestSettings.Crypto(cipher, hash), Mode = mode });
        network.Start();
        network.RunUntilUp();
        var (sender, receiver) = (network.Nodes[1], network.Nodes[2]);
        var (sent, received) = (new KnetOutbox(), new KnetOutbox());
        var now = network.Now;
        byte[][] packets = [new byte[57], new byte[1446], new byte[9000]];
        Exchange(Packets);
        var delivered = receiver.Statistics.Delivered;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(Packets);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(delivered + Packets, receiver.Statistics.Delivered);

        void Exchange(int count)
        {
            for (var index = 0; index < count; index++)
            {
                sender.SendToAll(now, packets[index % packets.Length], sent);
                foreach (ref readonly var output in sent.Outputs)
                {
                    receiver.HandleDatagram(now, output.Link, TestSettings.Address(1, output.Link), output.Bytes.Span, received);
                    received.Clear();
                }

                sent.Clear();
            }
        }
    }
}
